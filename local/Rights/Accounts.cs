using System.Collections.Concurrent;
using MtaSuite.Common.Native;

namespace MtaSuite.Local.Rights;

/// <summary>What the password database says of a name.</summary>
public enum AccountStatus : byte { Found, Unknown, Unavailable }

/// <summary>
/// The password database with a short memory: one delivery asks several times, and a busy mailbox hundreds of times a second. An account
/// that is removed or changed is noticed within two seconds. Unknown names are never remembered.
/// </summary>
public sealed class Accounts(TimeProvider clock)
{
    private const int MaxRemembered = 4096;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (Account Account, long Found)> _known = new(StringComparer.Ordinal);

    public AccountStatus Find(string name, out Account? account)
    {
        if (_known.TryGetValue(name, out var known) && clock.GetElapsedTime(known.Found) < s_lifetime)
        {
            account = known.Account;
            return AccountStatus.Found;
        }
        // a name with a slash would be a path to whoever builds mailbox names from it
        account = null;
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', ':', '\0')) return AccountStatus.Unknown;
        if (UserDatabase.Find(name, out account) != 0) return AccountStatus.Unavailable;
        if (account == null) return AccountStatus.Unknown;
        if (_known.Count >= MaxRemembered) _known.Clear();
        _known[name] = (account, clock.GetTimestamp());
        return AccountStatus.Found;
    }

    public static AccountStatus Find(uint uid, out Account? account)
    {
        if (UserDatabase.Find(uid, out account) != 0) return AccountStatus.Unavailable;
        return account == null ? AccountStatus.Unknown : AccountStatus.Found;
    }
}

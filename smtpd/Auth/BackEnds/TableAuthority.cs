using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>Logins from tables of password hashes, and tokens from keys. Safe on several threads.</summary>
/// <param name="passwords">Login to <see cref="StoredPassword"/>.</param>
/// <param name="realm">Put behind a login without a domain; empty: none.</param>
/// <param name="tokens">Null: tokens are not taken.</param>
/// <param name="hasher">Null: the real functions.</param>
/// <param name="clock">Null: the system's.</param>
public sealed class TableAuthority(Maps passwords, string realm, TokenChecker? tokens, PasswordHasher? hasher = null,
    TimeProvider? clock = null) : IAuthority
{
    // Made when they are asked for: the first hash loads libcrypto, megabytes for a process without logins.
    private readonly Lazy<byte[]> _saltKey = new(() => SaltKey(passwords));
    private readonly Lazy<RecentPasswords> _recent = new(() => new RecentPasswords());
    private readonly PasswordKinds _kinds = new(passwords, clock ?? TimeProvider.System);

    /// <summary>
    /// Each refusal takes the same work: no such login, a wrong password whatever kind of hash the login has, an entry that nobody can
    /// log in by.
    /// </summary>
    public SaslResult CheckPassword(string authzid, string login, string password)
    {
        string full = FullName(login);
        SaslResult found = Find(authzid, full, out StoredPassword? stored, out string value);
        if (found.Status != SaslStatus.Continue) return found;
        if (stored is not null && _recent.Value.Contains(full, value, password)) return SaslResult.Success(full);
        PasswordCheck check = new(hasher ?? PasswordHasher.Default, password);
        if (stored is not null && stored.Matches(check))
        {
            _recent.Value.Add(full, value, password);
            return SaslResult.Success(full);
        }
        check.FillUp(_kinds.Costs());
        return SaslResult.Fail(full, stored is null ? "no such login" : stored.Problem ?? "wrong password");
    }

    public SaslResult FindVerifier(ScramHash hash, string authzid, string login, out ScramVerifier verifier, out string detail)
    {
        string full = FullName(login);
        detail = "";
        verifier = null!;
        SaslResult found = Find(authzid, full, out StoredPassword? stored, out _);
        if (found.Status != SaslStatus.Continue) return found;
        ScramVerifier madeUp = MakeUp(hash, full);
        if (stored?.Find(hash) is { } own) verifier = own;
        else
        {
            detail = stored is null ? "no such login" : stored.Problem ?? $"the login has no verifier for {hash.Mechanism}";
            verifier = madeUp;
        }
        return found;
    }

    private ScramVerifier MakeUp(ScramHash hash, string login)
    {
        // 64 bytes: the salt, as long as others have it (rarely more than 16 bytes), and four that choose
        byte[] random = HMACSHA512.HashData(_saltKey.Value, Encoding.UTF8.GetBytes($"{hash.Mechanism} {login}"));
        PasswordKinds.ScramParameters shown = _kinds.Pick(hash, random.AsSpan(^4));
        byte[] salt = new byte[shown.SaltBytes];
        for (int i = 0; i < salt.Length; i++) salt[i] = random[i % (random.Length - 4)];
        return new ScramVerifier(hash, shown.Iterations, salt, new byte[hash.Size], new byte[hash.Size]);
    }

    public SaslResult CheckToken(string login, string token) => tokens?.Check(login, token) ?? SaslResult.Fail(login, "no keys for tokens");

    private SaslResult Find(string authzid, string full, out StoredPassword? stored, out string value)
    {
        stored = null;
        value = "";
        if (authzid.Length > 0 && FullName(authzid) != full) return SaslResult.Fail(full, $"may not act for {authzid}");
        LookupResult result = passwords.LookupAsync(full).Completed();
        if (result.IsError) return SaslResult.Temporary("password table is unavailable", full, result.ErrorText);
        if (result.IsFound) _kinds.Note(stored = StoredPassword.Parse(value = result.Value));
        return SaslResult.Continue([], full);
    }

    /// <summary>As it stands in the table and in the log: with a domain, in lower case as keys are.</summary>
    private string FullName(string login) => Table.FoldKey(realm.Length == 0 || login.Contains('@') ? login : $"{login}@{realm}");

    /// <summary>The same in all processes, and not to be guessed from outside.</summary>
    private static byte[] SaltKey(Maps passwords)
    {
        byte[] machine = ConfigFile.TryRead("/etc/machine-id", out string id, out _) ? Encoding.UTF8.GetBytes(id)
            : RandomNumberGenerator.GetBytes(32);
        return HMACSHA256.HashData(machine, Encoding.UTF8.GetBytes("sasl salt " + string.Join(' ', passwords.Tables.Select(t => t.Spec))));
    }
}

/// <summary>
/// Passwords that were right a moment ago, so that a client that logs in for each message does not cost a slow hash each time. What is kept
/// is a hash under a key of this process; it counts only while the table's value is the same.
/// </summary>
internal sealed class RecentPasswords
{
    private const int Most = 4096;
    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(10);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, (byte[] Hash, long At)> _entries = [];
    private readonly Lock _gate = new();

    public bool Contains(string login, string value, string password)
    {
        (byte[] Hash, long At) entry;
        lock (_gate)
            if (!_entries.TryGetValue(login, out entry)) return false;
        return TimeProvider.System.GetElapsedTime(entry.At) < s_age
            && CryptographicOperations.FixedTimeEquals(entry.Hash, Hash(login, value, password));
    }

    public void Add(string login, string value, string password)
    {
        byte[] hash = Hash(login, value, password);
        lock (_gate)
        {
            if (_entries.Count >= Most) _entries.Clear();
            _entries[login] = (hash, TimeProvider.System.GetTimestamp());
        }
    }

    private byte[] Hash(string login, string value, string password) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{login}\0{value}\0{password}"));
}

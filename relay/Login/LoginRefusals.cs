using MtaSuite.Common.Mail;
using MtaSuite.Common.Sasl.Client;

namespace MtaSuite.Relay.Login;

/// <summary>
/// Logins that a server refused with 535: it is not asked again while the password is the same, so that a changed password does not lock
/// the account (smtp_sasl_auth_cache_name). In memory: a process that starts asks once more. On one loop.
/// </summary>
internal sealed class LoginRefusals(TimeSpan lifetime, TimeProvider clock)
{
    private const int Most = 10_000;
    private readonly Dictionary<(string Host, string Login), (string Password, Outcome Outcome, long At)> _known = [];

    /// <summary>How the server refused this login; null: it did not, or long ago, or with another password.</summary>
    public Outcome? Find(string host, SaslCredentials who)
    {
        (string, string) key = (host.ToLowerInvariant(), who.Login);
        if (!_known.TryGetValue(key, out var known)) return null;
        if (known.Password == who.Password && clock.GetElapsedTime(known.At) < lifetime) return known.Outcome;
        _known.Remove(key);
        return null;
    }

    public void Add(string host, SaslCredentials who, Outcome outcome)
    {
        if (_known.Count >= Most) _known.Clear();
        _known[(host.ToLowerInvariant(), who.Login)] = (who.Password, outcome, clock.GetTimestamp());
    }
}

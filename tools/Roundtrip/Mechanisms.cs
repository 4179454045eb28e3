using System.Net;
using MailKit.Security;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>The SASL mechanisms that roundtrip logs in with.</summary>
internal static class Mechanisms
{
    /// <summary>The strongest first: bound to the TLS channel, without showing the password, the password itself.</summary>
    public static readonly string[] Names = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"];

    /// <summary>One to log in with; null, with the reason: there is none.</summary>
    /// <param name="wanted">The only one allowed; empty: any.</param>
    public static SaslMechanism? Choose(IEnumerable<string> offered, string wanted, bool encrypted, NetworkCredential login,
        out string problem)
    {
        HashSet<string> names = [.. offered];
        string? name = Array.Find(Names, n => names.Contains(n) && (wanted.Length == 0 || n == wanted)
            && (encrypted || n.StartsWith("SCRAM", StringComparison.Ordinal)));
        problem = name != null ? "" : names.Count == 0 ? "the server offers no login"
            : $"the server offers no mechanism that can be used: {string.Join(' ', names.Order(StringComparer.Ordinal))}";
        return name switch
        {
            "SCRAM-SHA-256-PLUS" => new SaslMechanismScramSha256Plus(login),
            "SCRAM-SHA-1-PLUS" => new SaslMechanismScramSha1Plus(login),
            "SCRAM-SHA-256" => new SaslMechanismScramSha256(login),
            "SCRAM-SHA-1" => new SaslMechanismScramSha1(login),
            "PLAIN" => new SaslMechanismPlain(System.Text.Encoding.UTF8, login),
            "LOGIN" => new SaslMechanismLogin(System.Text.Encoding.UTF8, login),
            _ => null,
        };
    }
}

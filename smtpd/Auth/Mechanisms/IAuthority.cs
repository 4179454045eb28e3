using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>What the server's mechanisms ask. Safe to call from several threads; may take milliseconds.</summary>
public interface IAuthority
{
    /// <summary>Checks a password in clear: Success, Failure or Temporary.</summary>
    /// <param name="authzid">Whom the client wants to act for; empty: itself.</param>
    SaslResult CheckPassword(string authzid, string login, string password);

    /// <summary>
    /// Finds what SCRAM needs. For a login that does not exist, or has no such verifier, one is made up that is the same each time (RFC
    /// 5802 5.1: salts must not tell which users there are), with <paramref name="detail"/> set: the proof is then wrong whatever it is.
    /// </summary>
    /// <returns>Continue when there is one, with the login's full form; otherwise why not.</returns>
    SaslResult FindVerifier(ScramHash hash, string authzid, string login, out ScramVerifier verifier, out string detail);

    /// <summary>Checks a bearer token: Success with whose it is, Failure or Temporary.</summary>
    /// <param name="login">Whose it should be; empty: whoever it names.</param>
    SaslResult CheckToken(string login, string token);
}

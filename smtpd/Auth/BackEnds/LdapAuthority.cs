using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// Logins of a directory: a password is correct if the directory accepts a bind with it. Each login has a connection of its own. Safe on
/// several threads.
/// </summary>
/// <param name="realm">Put behind a login without a domain; empty: none.</param>
/// <param name="tokens">Null: tokens are not taken.</param>
public sealed class LdapAuthority(LdapSettings settings, string realm, TokenChecker? tokens) : IAuthority
{
    public SaslResult CheckPassword(string authzid, string login, string password)
    {
        string full = FullName(login);
        if (authzid.Length > 0 && FullName(authzid) != full) return SaslResult.Fail(full, $"may not act for {authzid}");
        // an empty name or password would be a bind of nobody, which succeeds (RFC 4513 5.1.2)
        if (login.Length == 0 || password.Length == 0) return SaslResult.Fail(full, "empty login or password");
        using LdapConnection? connection =
            LdapConnection.TryOpen(settings.Servers, settings.AuthorityFile, settings.VerifiesServer, settings.Timeout, out string error);
        if (connection is null) return Unavailable(full, error);
        if (settings.StartTls && connection.StartTls() is not LdapConnection.Success and int refused)
            return Unavailable(full, $"STARTTLS: {LdapConnection.Text(refused)}");
        string name = settings.NameOf(full);
        if (name.Length == 0)
        {
            int bound = connection.Bind(settings.BindName, settings.BindPassword);
            if (bound != LdapConnection.Success) return Unavailable(full, $"bind as {settings.BindName}: {LdapConnection.Text(bound)}");
            int found = connection.FindOne(settings.SearchBase, settings.FilterFor(full), settings.Timeout, out name);
            if (found is LdapConnection.NoSuchObject or LdapConnection.Ambiguous)
                return SaslResult.Fail(full, found == LdapConnection.Ambiguous ? "more than one entry" : "no such login");
            if (found != LdapConnection.Success) return Unavailable(full, $"search: {LdapConnection.Text(found)}");
        }
        int code = connection.Bind(name, password);
        return code switch
        {
            LdapConnection.Success => SaslResult.Success(full),
            LdapConnection.InvalidCredentials or LdapConnection.NoSuchObject or LdapConnection.InappropriateAuthentication =>
                SaslResult.Fail(full, LdapConnection.Text(code)),
            _ => Unavailable(full, $"bind: {LdapConnection.Text(code)}"),
        };
    }

    private SaslResult Unavailable(string login, string problem) =>
        SaslResult.Temporary("directory is unavailable", login, $"{settings.Servers}: {problem}");

    /// <summary>A directory does not give verifiers away: SCRAM is not offered.</summary>
    public SaslResult FindVerifier(ScramHash hash, string authzid, string login, out ScramVerifier verifier, out string detail)
    {
        (verifier, detail) = (null!, "");
        return SaslResult.Temporary("no verifiers", login);
    }

    public SaslResult CheckToken(string login, string token) => tokens?.Check(login, token) ?? SaslResult.Fail(login, "no keys for tokens");

    private string FullName(string login) => Table.FoldKey(realm.Length == 0 || login.Contains('@') ? login : $"{login}@{realm}");
}

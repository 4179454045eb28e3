using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Auth;

/// <summary>The parameters of logging in, read once. Tables are opened here, while the process may open everything.</summary>
internal sealed class AuthSettings
{
    public readonly bool Enabled, TlsOnly, BrokenClients, AuthenticatedHeader;
    public readonly string Service;
    public readonly int ResponseLimit;
    public readonly TimeSpan FailureDelay;
    public readonly SaslSecurity Security, TlsSecurity;
    public readonly MatchList Mechanisms, Exceptions;
    public readonly Maps SenderLogins;
    private readonly string _type, _path, _realm;
    private readonly Maps _passwords = Maps.Empty;
    private readonly LdapSettings? _directory;
    private readonly TokenRules _rules = new("", "", []);
    private readonly TokenChecker? _tokens;
    private readonly IntrospectionSettings? _introspection;
    private readonly List<string> _problems = [];

    public AuthSettings(MailConfig c)
    {
        Enabled = c.Get(SmtpdParams.SmtpdSaslAuthEnable);
        TlsOnly = c.Get(TlsParams.SmtpdTlsAuthOnly);
        BrokenClients = c.Get(SmtpdParams.BrokenSaslAuthClients);
        AuthenticatedHeader = c.Get(SmtpdParams.SmtpdSaslAuthenticatedHeader);
        Service = c.Get(SmtpdParams.SmtpdSaslService);
        ResponseLimit = c.Get(SmtpdParams.SmtpdSaslResponseLimit);
        FailureDelay = c.Get(SmtpdParams.SmtpdSaslFailureDelay);
        Security = Demanded(c, SmtpdParams.SmtpdSaslSecurityOptions);
        TlsSecurity = Demanded(c, SmtpdParams.SmtpdSaslTlsSecurityOptions);
        string filter = c.Get(SmtpdParams.SmtpdSaslMechanismFilter);
        Mechanisms = new MatchList(filter.Length == 0 ? "static:all" : filter, MatchStyle.Names);
        Exceptions = new MatchList(c.Get(SmtpdParams.SmtpdSaslExceptionsNetworks), MatchStyle.Networks);
        SenderLogins = Maps.Open(c.Get(SmtpdParams.SmtpdSenderLoginMaps));
        _realm = c.Get(SmtpdParams.SmtpdSaslLocalDomain);
        _type = c.Get(SmtpdParams.SmtpdSaslType);
        _path = c.Get(SmtpdParams.SmtpdSaslPath);
        if (!Enabled || _type is not ("builtin" or "ldap")) return;
        if (_type == "ldap") _directory = LdapSettings.Load(_path, _problems);
        else _passwords = Maps.Open(_path);
        _rules = new TokenRules(c.Get(SmtpdParams.SmtpdSaslOauthIssuer), c.Get(SmtpdParams.SmtpdSaslOauthAudience),
            c.GetList(SmtpdParams.SmtpdSaslOauthLoginClaims));
        _introspection = ReadIntrospection(c);
        if (c.Get(SmtpdParams.SmtpdSaslOauthKeyFile) is { Length: > 0 } keys)
        {
            TokenKeys loaded = new(keys);
            if (loaded.Load() is { } problem) _problems.Add($"smtpd_sasl_oauth_key_file: {problem}");
            _tokens = new TokenChecker(loaded, _rules);
        }
    }

    private IntrospectionSettings? ReadIntrospection(MailConfig c)
    {
        string text = c.Get(SmtpdParams.SmtpdSaslOauthIntrospectionUrl);
        if (text.Length == 0) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
        {
            _problems.Add($"smtpd_sasl_oauth_introspection_url: \"{text}\" is neither an https URL nor an http URL of this machine");
            return null;
        }
        return new IntrospectionSettings
        {
            Url = url,
            SecretFile = c.Get(SmtpdParams.SmtpdSaslOauthIntrospectionSecretFile),
            AuthorityFile = c.Get(SmtpdParams.SmtpdSaslOauthIntrospectionCAfile),
            Timeout = c.Get(SmtpdParams.SmtpdSaslOauthIntrospectionTimeout),
            CacheTime = c.Get(SmtpdParams.SmtpdSaslOauthIntrospectionCacheTime),
        };
    }

    private SaslSecurity Demanded(MailConfig c, TextParam param)
    {
        SaslSecurity result = SaslMechanism.ParseSecurity(c.GetList(param), out string? problem);
        if (problem is not null) _problems.Add($"{param.Name}: unknown property {problem}");
        return result;
    }

    /// <summary>Connects to whoever knows the logins.</summary>
    /// <param name="spool">What a relative path of a socket is relative to.</param>
    /// <param name="hosts">Finds the servers that are asked.</param>
    public ISaslBackEnd MakeBackEnd(EventLoop loop, ServiceConnector services, HostLookup hosts) => _type switch
    {
        _ when !Enabled => new AbsentBackEnd("smtpd_sasl_auth_enable is off"),
        "builtin" => new BuiltinBackEnd(loop, new TableAuthority(_passwords, _realm, _tokens), _tokens is not null,
            Introspection(loop, hosts)),
        "ldap" =>
            new BuiltinBackEnd(loop, new LdapAuthority(_directory!, _realm, _tokens), _tokens is not null, Introspection(loop, hosts),
            verifiers: false),
        "dovecot" => new DovecotBackEnd(services, _path),
        _ => new AbsentBackEnd($"smtpd_sasl_type: there is no {_type}"),
    };

    private TokenIntrospection? Introspection(EventLoop loop, HostLookup hosts) =>
        _introspection is null ? null : new TokenIntrospection(_introspection, _rules, new WebClient(hosts), loop.Time);

    public IEnumerable<string> Problems()
    {
        foreach (string problem in _problems.Concat(Mechanisms.Problems).Concat(Exceptions.Problems)) yield return problem;
        foreach (string error in SenderLogins.OpenErrors) yield return $"smtpd_sender_login_maps: {error}";
        if (!Enabled) yield break;
        if (_type is not ("builtin" or "dovecot" or "ldap"))
            yield return $"smtpd_sasl_type: there is no {_type} here, only builtin, dovecot and ldap; logins are refused for now";
        foreach (string error in _passwords.OpenErrors) yield return $"smtpd_sasl_path: {error}";
    }
}

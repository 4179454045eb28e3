using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Settings;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Login;

/// <summary>Logging in to servers: the parameters smtp_sasl_... and lmtp_sasl_...</summary>
public sealed record LoginSettings
{
    public bool IsEnabled { get; init; }
    public Maps Passwords { get; init; } = Maps.Empty;
    /// <summary>"login:file" or "login:|command": bearer tokens instead of passwords.</summary>
    public Maps Tokens { get; init; } = Maps.Empty;
    public string PasswordsName { get; init; }
    public string Delimiter { get; init; }
    public bool IsSenderDependent { get; init; }
    public bool SoftBounce { get; init; }
    /// <summary>Null: all mechanisms.</summary>
    public MatchList? Mechanisms { get; init; }
    public SaslSecurity Security { get; init; }
    public SaslSecurity TlsSecurity { get; init; }
    public SaslSecurity TlsVerifiedSecurity { get; init; }
    /// <summary>How long a command's token is used again.</summary>
    public TimeSpan TokenLifetime { get; init; }
    /// <summary>How long a refused login is not tried again; zero: it is tried each time.</summary>
    public TimeSpan RefusalLifetime { get; init; }
    /// <summary>For look-ups of a sender.</summary>
    public RoutingCore? Addresses { get; init; }

    internal LoginSettings(MailConfig config, bool lmtp, List<string> problems)
    {
        SaslSecurity Demanded(TextParam smtp, TextParam other)
        {
            TextParam param = lmtp ? other : smtp;
            SaslSecurity result = SaslMechanism.ParseSecurity(config.GetList(param), out string? problem);
            if (problem is not null) problems.Add($"{param.Name}: unknown property {problem}");
            return result;
        }
        TextParam passwords = lmtp ? L.LmtpSaslPasswordMaps : S.SmtpSaslPasswordMaps;
        IsEnabled = config.Get(lmtp ? L.LmtpSaslAuthEnable : S.SmtpSaslAuthEnable);
        PasswordsName = passwords.Name;
        Delimiter = config.Get(lmtp ? L.LmtpSaslPasswordResultDelimiter : S.SmtpSaslPasswordResultDelimiter);
        SoftBounce = config.Get(lmtp ? L.LmtpSaslAuthSoftBounce : S.SmtpSaslAuthSoftBounce);
        TokenLifetime = config.Get(lmtp ? L.LmtpSaslTokenLifetime : S.SmtpSaslTokenLifetime);
        RefusalLifetime = config.Get(lmtp ? L.LmtpSaslAuthCacheName : S.SmtpSaslAuthCacheName).Length == 0 ? TimeSpan.Zero
            : config.Get(lmtp ? L.LmtpSaslAuthCacheTime : S.SmtpSaslAuthCacheTime);
        if (!IsEnabled) return; // the tables stay closed
        string filter = config.Get(lmtp ? L.LmtpSaslMechanismFilter : S.SmtpSaslMechanismFilter);
        Passwords = RelaySettings.OpenMaps(config, passwords, problems);
        Tokens = RelaySettings.OpenMaps(config, lmtp ? L.LmtpSaslTokenMaps : S.SmtpSaslTokenMaps, problems);
        IsSenderDependent = config.Get(lmtp ? L.LmtpSenderDependentAuthentication : S.SmtpSenderDependentAuthentication);
        Mechanisms = filter.Length == 0 ? null : new MatchList(filter, MatchStyle.Names);
        Security = Demanded(S.SmtpSaslSecurityOptions, L.LmtpSaslSecurityOptions);
        TlsSecurity = Demanded(S.SmtpSaslTlsSecurityOptions, L.LmtpSaslTlsSecurityOptions);
        TlsVerifiedSecurity = Demanded(S.SmtpSaslTlsVerifiedSecurityOptions, L.LmtpSaslTlsVerifiedSecurityOptions);
        Addresses = IsSenderDependent ? new RoutingCore(config) : null;
    }
}

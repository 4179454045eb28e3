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
    public string PasswordsName { get; init; } = "smtp_sasl_password_maps";
    public string Delimiter { get; init; } = ":";
    public bool IsSenderDependent { get; init; }
    public bool SoftBounce { get; init; } = true;
    /// <summary>Null: all mechanisms.</summary>
    public MatchList? Mechanisms { get; init; }
    public SaslSecurity Security { get; init; }
    public SaslSecurity TlsSecurity { get; init; }
    public SaslSecurity TlsVerifiedSecurity { get; init; }
    /// <summary>How long a command's token is used again.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>How long a refused login is not tried again; zero: it is tried each time.</summary>
    public TimeSpan RefusalLifetime { get; init; }
    /// <summary>For look-ups of a sender.</summary>
    public RoutingCore? Addresses { get; init; }

    internal static LoginSettings From(MailConfig config, bool lmtp, List<string> problems)
    {
        if (!config.Get(lmtp ? L.LmtpSaslAuthEnable : S.SmtpSaslAuthEnable)) return new LoginSettings();
        SaslSecurity Demanded(TextParam smtp, TextParam other)
        {
            TextParam param = lmtp ? other : smtp;
            SaslSecurity result = SaslMechanism.ParseSecurity(config.GetList(param), out string? problem);
            if (problem is not null) problems.Add($"{param.Name}: unknown property {problem}");
            return result;
        }
        string filter = config.Get(lmtp ? L.LmtpSaslMechanismFilter : S.SmtpSaslMechanismFilter);
        bool senders = config.Get(lmtp ? L.LmtpSenderDependentAuthentication : S.SmtpSenderDependentAuthentication);
        return new LoginSettings
        {
            IsEnabled = true,
            Passwords = RelaySettings.OpenMaps(config, lmtp ? L.LmtpSaslPasswordMaps : S.SmtpSaslPasswordMaps, problems),
            Tokens = RelaySettings.OpenMaps(config, lmtp ? L.LmtpSaslTokenMaps : S.SmtpSaslTokenMaps, problems),
            PasswordsName = lmtp ? L.LmtpSaslPasswordMaps.Name : S.SmtpSaslPasswordMaps.Name,
            Delimiter = config.Get(lmtp ? L.LmtpSaslPasswordResultDelimiter : S.SmtpSaslPasswordResultDelimiter),
            IsSenderDependent = senders,
            SoftBounce = config.Get(lmtp ? L.LmtpSaslAuthSoftBounce : S.SmtpSaslAuthSoftBounce),
            Mechanisms = filter.Length == 0 ? null : new MatchList(filter, MatchStyle.Names),
            Security = Demanded(S.SmtpSaslSecurityOptions, L.LmtpSaslSecurityOptions),
            TlsSecurity = Demanded(S.SmtpSaslTlsSecurityOptions, L.LmtpSaslTlsSecurityOptions),
            TlsVerifiedSecurity = Demanded(S.SmtpSaslTlsVerifiedSecurityOptions, L.LmtpSaslTlsVerifiedSecurityOptions),
            TokenLifetime = config.Get(lmtp ? L.LmtpSaslTokenLifetime : S.SmtpSaslTokenLifetime),
            RefusalLifetime = config.Get(lmtp ? L.LmtpSaslAuthCacheName : S.SmtpSaslAuthCacheName).Length == 0 ? TimeSpan.Zero
                : config.Get(lmtp ? L.LmtpSaslAuthCacheTime : S.SmtpSaslAuthCacheTime),
            Addresses = senders ? new RoutingCore(config) : null,
        };
    }
}

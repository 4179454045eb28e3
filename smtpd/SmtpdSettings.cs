using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Auth;
using MtaSuite.Smtpd.Proxy;

namespace MtaSuite.Smtpd;

/// <summary>
/// The parameters of one service, read once. Values under stress are a second object, see <see cref="SettingsPair"/>; both use the same
/// tables.
/// </summary>
internal sealed class SmtpdSettings(MailConfig c, SmtpdTables tables)
{
    public SmtpdSettings(MailConfig c) : this(c, new SmtpdTables(c))
    {
    }

    public readonly SmtpdTables Tables = tables;
    public readonly AccessRules Access = tables.Access;
    public readonly AuthSettings Auth = tables.Auth;
    public readonly MilterSettings Milters = tables.Milters;
    public readonly TlsServerSettings Tls = tables.Tls;

    public readonly string ServiceName = c.ServiceName;
    public readonly string MyHostname = c.Get(CommonParams.Myhostname);
    /// <summary>What cleanup does to mail of clients, and to notices about their sessions.</summary>
    public readonly CleanupFlags Cleanup = CleanupChoice.OfReceived(c), NoticeCleanup = CleanupChoice.OfInternal(c, "notify");
    public readonly string MailName = c.Get(CommonParams.MailName);
    public readonly string MailVersion = c.Get(CommonParams.MailVersion);
    public readonly string CompatibilityLevel = c.Get(CommonParams.CompatibilityLevel);
    /// <summary>What the administrator says of load; under stress "yes".</summary>
    public readonly string Stress = c.Get(CommonParams.Stress);
    public readonly string Banner = c.Get(SmtpdParams.SmtpdBanner);

    // limits
    public readonly int LineLengthLimit = c.Get(CleanupParams.LineLengthLimit);
    public readonly long MessageSizeLimit = c.Get(CleanupParams.MessageSizeLimit);
    public readonly long QueueMinfree = c.Get(CommonParams.QueueMinfree);
    public readonly int RecipientLimit = c.Get(SmtpdParams.SmtpdRecipientLimit);
    public readonly int RecipientOvershootLimit = c.Get(SmtpdParams.SmtpdRecipientOvershootLimit);
    public readonly int SoftErrorLimit = c.Get(SmtpdParams.SmtpdSoftErrorLimit);
    public readonly int HardErrorLimit = c.Get(SmtpdParams.SmtpdHardErrorLimit);
    public readonly int JunkCommandLimit = c.Get(SmtpdParams.SmtpdJunkCommandLimit);
    public readonly int ClientConnectionCountLimit = c.Get(SmtpdParams.SmtpdClientConnectionCountLimit);
    public readonly int ConnectionRateLimit = c.Get(SmtpdParams.SmtpdClientConnectionRateLimit);
    public readonly int MessageRateLimit = c.Get(SmtpdParams.SmtpdClientMessageRateLimit);
    public readonly int RecipientRateLimit = c.Get(SmtpdParams.SmtpdClientRecipientRateLimit);
    public readonly int AuthRateLimit = c.Get(SmtpdParams.SmtpdClientAuthRateLimit);
    public readonly int NewTlsRateLimit = c.Get(SmtpdParams.SmtpdClientNewTlsSessionRateLimit);
    public readonly int IPv4PrefixLength = c.Get(SmtpdParams.SmtpdClientIpv4PrefixLength);
    public readonly int IPv6PrefixLength = c.Get(SmtpdParams.SmtpdClientIpv6PrefixLength);

    // times
    public readonly TimeSpan ErrorSleepTime = c.Get(SmtpdParams.SmtpdErrorSleepTime);
    public readonly TimeSpan Timeout = c.Get(SmtpdParams.SmtpdTimeout);
    public readonly int VerifyPollCount = c.Get(VerifyParams.AddressVerifyPollCount);
    public readonly TimeSpan VerifyPollDelay = c.Get(VerifyParams.AddressVerifyPollDelay);
    public readonly bool PerRequestDeadline = c.Get(SmtpdParams.SmtpdPerRequestDeadline);
    public readonly int MinDataRate = c.Get(SmtpdParams.SmtpdMinDataRate);

    // protocol
    public readonly bool HeloRequired = c.Get(SmtpdParams.SmtpdHeloRequired);
    public readonly bool DisableVrfy = c.Get(SmtpdParams.DisableVrfyCommand);
    public readonly bool AllowMinUser = c.Get(PickupParams.AllowMinUser);
    public readonly bool StrictEnvelopes = c.Get(SmtpdParams.StrictRfc821Envelopes);
    public readonly bool SmtpUtf8 = c.Get(CommonParams.Smtputf8Enable);
    public readonly bool RequireTls = c.Get(TlsParams.RequiretlsEnable);
    public readonly bool StrictSmtpUtf8 = c.Get(CleanupParams.StrictSmtputf8);
    public readonly bool NullDomain = c.Get(RewriteParams.ResolveNullDomain);
    public readonly bool NumericDomain = c.Get(RewriteParams.ResolveNumericDomain);
    public readonly NotifyClass NotifyClasses = Common.Mail.NotifyClasses.Parse(c.Get(BounceParams.NotifyClasses), out _);
    public readonly string ErrorNoticeRecipient = c.Get(BounceParams.ErrorNoticeRecipient);
    public readonly string DoubleBounceSender = c.Get(BounceParams.DoubleBounceSender);
    public readonly bool SoftBounce = c.Get(BounceParams.SoftBounce);
    public readonly bool ForbidUnauthPipelining = c.Get(SmtpdParams.SmtpdForbidUnauthPipelining);
    public readonly bool ReplaceStrayCr = c.Get(CleanupParams.CleanupReplaceStrayCrLf);
    public readonly bool HideClientSession = c.Get(SmtpdParams.SmtpdHideClientSession);
    public readonly BareNewlinePolicy BareNewline = Policy(c.Get(SmtpdParams.SmtpdForbidBareNewline));
    public readonly int BareNewlineRejectCode = c.Get(SmtpdParams.SmtpdForbidBareNewlineRejectCode);
    public readonly EhloKeywords DiscardEhloKeywords = Ehlo.ParseKeywords(c.Get(SmtpdParams.SmtpdDiscardEhloKeywords));

    // TLS
    public readonly TimeSpan StartTlsTimeout = c.Get(TlsParams.SmtpdStarttlsTimeout);

    /// <summary>The filter that mail goes through instead of to cleanup, if any.</summary>
    public readonly ProxySettings Proxy = new(c);

    /// <summary>transport:destination that takes all mail first; empty: none.</summary>
    public readonly string ContentFilter = c.Get(SmtpdParams.ContentFilter);

    // replies
    public readonly string RejectFooter = c.Get(SmtpdParams.SmtpdRejectFooter);

    // clients
    public readonly bool ClientPortLogging = c.Get(SmtpdParams.SmtpdClientPortLogging);
    public readonly string VerpDelimiters = c.Get(PickupParams.DefaultVerpDelimiters);
    public readonly string VerpDelimiterFilter = c.Get(PickupParams.VerpDelimiterFilter);
    public readonly string UpstreamProxyProtocol = c.Get(SmtpdParams.SmtpdUpstreamProxyProtocol);
    public readonly TimeSpan UpstreamProxyTimeout = c.Get(SmtpdParams.SmtpdUpstreamProxyTimeout);

    private static BareNewlinePolicy Policy(string value) => value.ToLowerInvariant() switch
    {
        "reject" => BareNewlinePolicy.Reject,
        "note" => BareNewlinePolicy.Note,
        "no" => BareNewlinePolicy.No,
        _ => BareNewlinePolicy.Normalize,
    };

    /// <summary>Everything that <c>check</c> has to say about these parameters.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (string problem in Tables.Problems()) yield return problem;
        if (Proxy.Problem.Length > 0) yield return Proxy.Problem;
        if (UpstreamProxyProtocol is not ("" or "haproxy"))
            yield return $"smtpd_upstream_proxy_protocol: unknown protocol {UpstreamProxyProtocol}";
    }
}

/// <summary>The settings for normal times and those under stress (<c>stress=yes</c>), chosen by load.</summary>
internal sealed class SettingsPair(SmtpdSettings normal, SmtpdSettings stressed)
{
    /// <summary>Most of the sessions that may be are there.</summary>
    public bool Stress { get; set; }

    public SmtpdSettings Now => Stress ? stressed : normal;

    public SmtpdSettings Normal => normal;

    /// <summary>Reads both.</summary>
    public static SettingsPair Of(MailConfig config)
    {
        SmtpdSettings normal = new(config);
        return new SettingsPair(normal, new SmtpdSettings(config.With(CommonParams.Stress.Name, "yes"), normal.Tables));
    }
}

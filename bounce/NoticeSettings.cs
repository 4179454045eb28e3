using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Bounce;

/// <summary>What notices depend on, read from the parameters once.</summary>
public sealed record NoticeSettings
{
    public string MyHostname { get; init; }
    /// <summary>The domain of unqualified addresses.</summary>
    public string MyOrigin { get; init; }
    /// <summary>Most bytes of the original in a notice; a longer one is returned as headers alone.</summary>
    public long BounceSizeLimit { get; init; }
    public bool EnableThreadedBounces { get; init; }
    public TimeSpan MaximalQueueLifetime { get; init; }
    public TimeSpan DelayWarningTime { get; init; }
    public string BounceNoticeRecipient { get; init; }
    public string DoubleBounceNoticeRecipient { get; init; }
    public string DelayNoticeRecipient { get; init; }
    public string ErrorNoticeRecipient { get; init; }
    public string DoubleBounceSender { get; init; }
    /// <summary>disable_verp_bounces: one notice for all recipients, VERP or not.</summary>
    public bool DisableVerpBounces { get; init; }
    public NotifyClass Classes { get; init; }
    /// <summary>requiretls_redact_dsn: notices about mail with REQUIRETLS return its header alone and may go any way.</summary>
    public bool RedactRequireTls { get; init; }
    /// <summary>tls_required_enable: a notice about mail with "TLS-Required: no" says so too.</summary>
    public bool PassOnTlsRequired { get; init; }
    /// <summary>header_from_format = obsolete: "address (name)" in place of "name &lt;address&gt;".</summary>
    public bool ObsoleteFrom { get; init; }

    /// <summary>What cleanup does to notices.</summary>
    public CleanupFlags Cleanup { get; init; }

    /// <summary>The zone of dates in notices.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>Reads the parameters. Words in notify_classes that nobody knows are given back.</summary>
    public NoticeSettings(MailConfig c, out List<string> unknownClasses)
    {
        MyHostname = c.Get(CommonParams.Myhostname);
        Cleanup = CleanupChoice.OfInternal(c, "bounce");
        MyOrigin = c.Get(CommonParams.Myorigin);
        BounceSizeLimit = c.Get(BounceParams.BounceSizeLimit);
        EnableThreadedBounces = c.Get(BounceParams.EnableThreadedBounces);
        MaximalQueueLifetime = c.Get(QmgrParams.MaximalQueueLifetime);
        DelayWarningTime = c.Get(BounceParams.DelayWarningTime);
        BounceNoticeRecipient = c.Get(BounceParams.BounceNoticeRecipient);
        DoubleBounceNoticeRecipient = c.Get(BounceParams.TwoBounceNoticeRecipient);
        DelayNoticeRecipient = c.Get(BounceParams.DelayNoticeRecipient);
        ErrorNoticeRecipient = c.Get(BounceParams.ErrorNoticeRecipient);
        DoubleBounceSender = c.Get(BounceParams.DoubleBounceSender);
        DisableVerpBounces = c.Get(BounceParams.DisableVerpBounces);
        RedactRequireTls = c.Get(TlsParams.RequiretlsRedactDsn);
        PassOnTlsRequired = c.Get(TlsParams.TlsRequiredEnable);
        Classes = NotifyClasses.Parse(c.Get(BounceParams.NotifyClasses), out unknownClasses);
        ObsoleteFrom = c.Get(CleanupParams.HeaderFromFormat).Equals("obsolete", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An address with a domain: its own, or <see cref="MyOrigin"/>.</summary>
    public string Qualify(string address) =>
        address.Contains('@', StringComparison.Ordinal) || address.Length == 0 ? address : $"{address}@{MyOrigin}";

    /// <summary>The sender of notices to the postmaster. Mail from it is never answered.</summary>
    public string DoubleBounceAddress => Qualify(DoubleBounceSender);

    /// <summary>Whom to tell of a class of trouble.</summary>
    public string NoticeRecipient(NotifyClass @class) => Qualify(@class switch
    {
        NotifyClass.Bounce => BounceNoticeRecipient,
        NotifyClass.DoubleBounce => DoubleBounceNoticeRecipient,
        NotifyClass.Delay => DelayNoticeRecipient,
        _ => ErrorNoticeRecipient,
    });
}

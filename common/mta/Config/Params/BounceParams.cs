namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of delivery status notifications.</summary>
public static class BounceParams
{
    public static readonly TextParam TwoBounceNoticeRecipient = new("2bounce_notice_recipient", "postmaster", required: true,
        doc: "Who gets a copy of mail that could not even be returned.");
    public static readonly BoolParam BackwardsBounceLogfileCompatibility = new("backwards_bounce_logfile_compatibility",
        "yes", effective: false,
        doc: "Also write bounce logs in the form of old releases.");
    public static readonly TextParam BounceNoticeRecipient = new("bounce_notice_recipient", "postmaster", required: true,
        doc: "Who gets copies of returned mail's headers and of the session.");
    public static readonly TimeParam BounceQueueLifetime = new("bounce_queue_lifetime", "5d", max: "8640000s",
        doc: "How long a bounce message is tried before it is given up.");
    public static readonly TextParam BounceServiceName = new("bounce_service_name", "bounce", required: true,
        doc: "Service that logs failed recipients and returns mail.");
    public static readonly IntParam BounceSizeLimit = new("bounce_size_limit", "50000", min: 1,
        doc: "Bytes of the original message that go into a returned one.");
    public static readonly TextParam BounceTemplateFile = new("bounce_template_file", "",
        doc: "File with the texts of returned and delayed mail notices.");
    public static readonly BoolParam ConfirmDelayCleared = new("confirm_delay_cleared", "no",
        doc: "Tell the sender when delayed mail went out after all.");
    public static readonly TextParam DeferServiceName = new("defer_service_name", "defer", required: true, effective: false,
        doc: "Service that logs delayed recipients.");
    public static readonly TextParam DelayNoticeRecipient = new("delay_notice_recipient", "postmaster", required: true,
        doc: "Who gets the headers of mail that is delayed.");
    public static readonly TimeParam DelayWarningTime = new("delay_warning_time", "0h",
        doc: "Age at which the sender is notified that mail is delayed; 0: never.");
    public static readonly BoolParam DisableVerpBounces = new("disable_verp_bounces", "no",
        doc: "Return one notice, not one for each recipient, for mail with a VERP request.");
    public static readonly TextParam DoubleBounceSender = new("double_bounce_sender", "double-bounce", required: true,
        doc: "Sender of notices that must not cause further notices.");
    public static readonly BoolParam EnableThreadedBounces = new("enable_threaded_bounces", "no",
        doc: "Refer to the original message in notices, so that mail readers thread them.");
    public static readonly TextParam ErrorNoticeRecipient = new("error_notice_recipient", "postmaster", required: true,
        doc: "Recipient of postmaster notices about problems of resources and software.");
    public static readonly TextParam ErrorServiceName = new("error_service_name", "error", required: true, effective: false,
        doc: "Transport that returns mail.");
    public static readonly TextParam NotifyClasses = new("notify_classes", "resource, software",
        each: "bounce|2bounce|data|delay|policy|protocol|resource|software",
        doc: "Classes of problems that are reported to the postmaster.");
    public static readonly BoolParam SoftBounce = new("soft_bounce", "no", doc: "Turn every permanent failure into a temporary one.");
    public static readonly TextParam TraceServiceName = new("trace_service_name", "trace", required: true, effective: false,
        doc: "Service that records the results for sendmail -bv and DSN success reports.");

    public static IReadOnlyList<Param> All { get; } =
    [
        TwoBounceNoticeRecipient, BackwardsBounceLogfileCompatibility, BounceNoticeRecipient, BounceQueueLifetime, BounceServiceName,
        BounceSizeLimit, BounceTemplateFile, ConfirmDelayCleared, DeferServiceName, DelayNoticeRecipient, DelayWarningTime,
        DisableVerpBounces, DoubleBounceSender, EnableThreadedBounces, ErrorNoticeRecipient, ErrorServiceName, NotifyClasses, SoftBounce,
        TraceServiceName,
    ];
}

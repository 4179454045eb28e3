namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of delivery status notifications.</summary>
public static class BounceParams
{
    public static readonly TextParam TwoBounceNoticeRecipient = new("2bounce_notice_recipient", "postmaster", required: true, doc: "");
    public static readonly BoolParam BackwardsBounceLogfileCompatibility = new("backwards_bounce_logfile_compatibility",
        "yes", effective: false,
        doc: "");
    public static readonly TextParam BounceNoticeRecipient = new("bounce_notice_recipient", "postmaster", required: true, doc: "");
    public static readonly TimeParam BounceQueueLifetime = new("bounce_queue_lifetime", "5d", max: "8640000s", doc: "");
    public static readonly TextParam BounceServiceName = new("bounce_service_name", "bounce", required: true, doc: "");
    public static readonly IntParam BounceSizeLimit = new("bounce_size_limit", "50000", min: 1, doc: "");
    public static readonly TextParam BounceTemplateFile = new("bounce_template_file", "", doc: "");
    public static readonly BoolParam ConfirmDelayCleared = new("confirm_delay_cleared", "no", doc: "");
    public static readonly TextParam DeferServiceName = new("defer_service_name", "defer", required: true, doc: "");
    public static readonly TextParam DelayNoticeRecipient = new("delay_notice_recipient", "postmaster", required: true, doc: "");
    public static readonly TimeParam DelayWarningTime = new("delay_warning_time", "0h", doc: "");
    public static readonly BoolParam DisableVerpBounces = new("disable_verp_bounces", "no", effective: false, doc: "");
    public static readonly TextParam DoubleBounceSender = new("double_bounce_sender", "double-bounce", required: true, doc: "");
    public static readonly BoolParam EnableThreadedBounces = new("enable_threaded_bounces", "no", doc: "");
    public static readonly TextParam ErrorNoticeRecipient = new("error_notice_recipient", "postmaster", required: true, doc: "");
    public static readonly TextParam ErrorServiceName = new("error_service_name", "error", required: true, doc: "");
    public static readonly TextParam NotifyClasses = new("notify_classes", "resource, software", doc: "");
    public static readonly BoolParam SoftBounce = new("soft_bounce", "no", doc: "");
    public static readonly TextParam TraceServiceName = new("trace_service_name", "trace", required: true, effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        TwoBounceNoticeRecipient, BackwardsBounceLogfileCompatibility, BounceNoticeRecipient, BounceQueueLifetime, BounceServiceName,
        BounceSizeLimit, BounceTemplateFile, ConfirmDelayCleared, DeferServiceName, DelayNoticeRecipient, DelayWarningTime,
        DisableVerpBounces, DoubleBounceSender, EnableThreadedBounces, ErrorNoticeRecipient, ErrorServiceName, NotifyClasses, SoftBounce,
        TraceServiceName,
    ];
}

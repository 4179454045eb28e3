namespace MtaSuite.Common.Mail;

/// <summary>What a notice reports. Each kind has its template (bounce(5)).</summary>
public enum NoticeKind : byte { Failure, Delay, Success, Verify }

/// <summary>
/// The log of one message that a delivery's outcome goes into: failures, what is still being tried, successes and verbose reports.
/// </summary>
public enum LogFolder : byte { Bounce, Defer, Trace }

/// <summary>What happened to a recipient (RFC 3464 2.3.3).</summary>
public enum DeliveryAction : byte
{
    /// <summary>What the outcome implies: delivered, failed or delayed.</summary>
    Implied,
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
    /// <summary>Not in the RFC, as the next one: for "sendmail -bv", which delivers nothing.</summary>
    Deliverable,
    Undeliverable,
    /// <summary>Relayed to a host that took the request for a notice of success over, so that we send none (RFC 3461 5.2.1).</summary>
    PassedOn,
}

/// <summary>Which notices are wanted (RFC 3461 4.1): the rules that qmgr and bounce share.</summary>
public static class NotifyRules
{
    /// <summary>No NOTIFY means a notice of failure, and of delay as the site decides; NEVER excludes all.</summary>
    public static bool IsWanted(NoticeKind kind, Notify notify) => kind switch
    {
        NoticeKind.Verify => true,
        _ when notify.HasFlag(Notify.Never) => false,
        NoticeKind.Failure => notify == Notify.Default || notify.HasFlag(Notify.Failure),
        NoticeKind.Delay => notify == Notify.Default || notify.HasFlag(Notify.Delay),
        _ => notify.HasFlag(Notify.Success),
    };

    /// <summary>A recipient's NOTIFY after a delay notice went out: success is told too, if confirm_delay_cleared says so.</summary>
    public static Notify AfterDelayNotice(Notify notify, bool confirmDelayCleared) =>
        confirmDelayCleared && IsWanted(NoticeKind.Delay, notify)
            ? (notify == Notify.Default ? Notify.Failure | Notify.Delay : notify) | Notify.Success
            : notify;

    /// <summary>Which log a delivery's outcome belongs into; false when no log needs it.</summary>
    public static bool TryChooseLog(Notify notify, MessageFlags flags, OutcomeKind outcome, out LogFolder folder)
    {
        bool reports = (flags & (MessageFlags.Trace | MessageFlags.VerifyOnly)) != 0;
        folder = outcome switch
        {
            _ when flags.HasFlag(MessageFlags.VerifyOnly) => LogFolder.Trace,
            OutcomeKind.Permanent => LogFolder.Bounce,
            OutcomeKind.Temporary => LogFolder.Defer,
            _ => LogFolder.Trace,
        };
        return outcome != OutcomeKind.Ok || reports || IsWanted(NoticeKind.Success, notify);
    }

    /// <summary>RFC 3464's word for an action.</summary>
    public static string Name(DeliveryAction action) => action switch
    {
        DeliveryAction.Failed => "failed",
        DeliveryAction.Delayed => "delayed",
        DeliveryAction.Delivered => "delivered",
        DeliveryAction.Relayed => "relayed",
        DeliveryAction.Expanded => "expanded",
        DeliveryAction.Deliverable => "deliverable",
        DeliveryAction.Undeliverable => "undeliverable",
        DeliveryAction.PassedOn => "relayed",
        _ => "failed",
    };

    /// <summary>Reads such a word.</summary>
    public static bool TryParseAction(string name, out DeliveryAction action)
    {
        for (action = DeliveryAction.Failed; action <= DeliveryAction.Undeliverable; action++)
        {
            if (Name(action) == name) return true;
        }
        action = DeliveryAction.Failed;
        return false;
    }
}

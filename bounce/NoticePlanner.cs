using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>
/// Who reads it: the sender; the postmaster, beside the sender; or the postmaster in place of a sender that cannot be told.
/// </summary>
public enum NoticeAudience : byte { Sender, PostmasterCopy, DoubleBounce }

/// <summary>A notice to be sent: its envelope and what it holds.</summary>
public sealed record PlannedNotice(NoticeKind Kind, NoticeAudience Audience, string EnvelopeSender, string EnvelopeRecipient,
    bool ReturnsBody, bool ReturnsOriginal)
{
    /// <summary>The one recipient that it is about (VERP); null: all that the log holds.</summary>
    public DeliveryRecord? Only { get; init; }

    /// <summary>Whether a recipient belongs into this notice.</summary>
    public bool Includes(DeliveryRecord record) => Audience != NoticeAudience.Sender || NotifyRules.IsWanted(Kind, record.Notify);
}

/// <summary>The notices for a message, and a line for the log when there is none for a reason that should be known.</summary>
public sealed record NoticePlan(IReadOnlyList<PlannedNotice> Notices, string LogText = "");

/// <summary>
/// Who is told what. The table:
/// <code>
/// envelope sender   failure                              delay                     success, verify
/// double-bounce     dropped, logged                      -                         -
/// null              2bounce class: double bounce         delay class: copy         -
/// any other         to the sender if a recipient wants   to the sender if wanted   to the sender if wanted
///                   bounce class: copy to postmaster     delay class: copy
/// </code>
/// No loop can arise: what goes to a sender has the null sender, whose failure goes to the postmaster from the double-bounce address,
/// whose failure is dropped.
/// </summary>
public sealed class NoticePlanner(NoticeSettings settings)
{
    /// <param name="records">The log. Empty when it is lost: a sender is told of a failure all the same.</param>
    /// <param name="verp">Delimiters of variable return paths: one notice of failure for each recipient. Empty: none.</param>
    public NoticePlan Plan(NoticeKind kind, MessageFacts message, IEnumerable<DeliveryRecord> records, string verp = "")
    {
        NoticePlan plan = PlanAll(kind, message, records, verp);
        // RFC 8689 5: the way back may be less safe than the way there
        if (!settings.RedactRequireTls || (message.Flags & MessageFlags.RequireTls) == 0) return plan;
        return plan with { Notices = [.. plan.Notices.Select(n => n with { ReturnsBody = false })] };
    }

    private NoticePlan PlanAll(NoticeKind kind, MessageFacts message, IEnumerable<DeliveryRecord> records, string verp)
    {
        if (IsDoubleBounce(message))
            return new NoticePlan([], kind == NoticeKind.Failure ? "undeliverable postmaster notice is dropped" : "");
        List<PlannedNotice> notices = [];
        if (message.Sender.Length > 0)
        {
            if (verp.Length == 2 && kind == NoticeKind.Failure && !settings.DisableVerpBounces)
                notices.AddRange(ToVariableSenders(message, records, verp));
            else if (IsAnyWanted(kind, records)) notices.Add(ToSender(kind, message));
        }
        else if (kind == NoticeKind.Failure)
        {
            if (!settings.Classes.HasFlag(NotifyClass.DoubleBounce))
                return new NoticePlan([], "undeliverable mail without a sender is dropped: notify_classes does not name 2bounce");
            return new NoticePlan([ToPostmaster(kind, NoticeAudience.DoubleBounce, NotifyClass.DoubleBounce)]);
        }
        NotifyClass copy =
            kind switch { NoticeKind.Failure => NotifyClass.Bounce, NoticeKind.Delay => NotifyClass.Delay, _ => NotifyClass.None };
        bool hasNews = kind == NoticeKind.Failure || records.Any();
        if (hasNews && (settings.Classes & copy) != 0 && !IsSame(message.Sender, settings.NoticeRecipient(copy)))
            notices.Add(ToPostmaster(kind, NoticeAudience.PostmasterCopy, copy));
        return new NoticePlan(notices);
    }

    private bool IsDoubleBounce(MessageFacts message) =>
        message.Flags.HasFlag(MessageFlags.DoubleBounce) || IsSame(message.Sender, settings.DoubleBounceAddress)
        || IsSame(message.Sender, settings.DoubleBounceSender);

    /// <summary>
    /// RFC 3461 4.3: RET matters for failures alone; other notices return the headers. One about "-bv" has no message to return.
    /// </summary>
    private static PlannedNotice ToSender(NoticeKind kind, MessageFacts message) => new(kind, NoticeAudience.Sender, "", message.Sender,
        ReturnsBody: kind == NoticeKind.Failure && message.Return != DsnReturn.Headers,
        ReturnsOriginal: !message.Flags.HasFlag(MessageFlags.VerifyOnly));

    /// <summary>List software reads the recipient from the address, so each notice is about one recipient.</summary>
    private static IEnumerable<PlannedNotice> ToVariableSenders(MessageFacts message, IEnumerable<DeliveryRecord> records, string verp)
    {
        foreach (DeliveryRecord record in records)
        {
            if (!NotifyRules.IsWanted(NoticeKind.Failure, record.Notify)) continue;
            string recipient = record.Original.Length > 0 ? record.Original : record.Recipient;
            yield return ToSender(NoticeKind.Failure, message) with
            { EnvelopeRecipient = Verp.Sender(message.Sender, recipient, verp), Only = record };
        }
    }

    private PlannedNotice ToPostmaster(NoticeKind kind, NoticeAudience audience, NotifyClass @class) =>
        new(kind, audience, settings.DoubleBounceAddress, settings.NoticeRecipient(@class),
        ReturnsBody: audience == NoticeAudience.DoubleBounce, ReturnsOriginal: true);

    private static bool IsAnyWanted(NoticeKind kind, IEnumerable<DeliveryRecord> records)
    {
        bool isEmpty = true;
        foreach (DeliveryRecord record in records)
        {
            if (NotifyRules.IsWanted(kind, record.Notify)) return true;
            isEmpty = false;
        }
        return isEmpty && kind == NoticeKind.Failure;
    }

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}

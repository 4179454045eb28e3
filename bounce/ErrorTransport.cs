using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Bounce;

/// <summary>
/// The transports that deliver nothing: error returns, retry defers, discard drops. The next hop is the reason, with a status code before
/// it or not; whatever class that code has, the transport's own counts (error(8), discard(8)).
/// </summary>
public static class ErrorTransport
{
    public enum Kind : byte { Error, Retry, Discard }

    /// <summary>What the service of a name in master.cf does.</summary>
    public static Kind KindOf(string service) => service switch
    {
        "retry" => Kind.Retry,
        "discard" => Kind.Discard,
        _ => Kind.Error,
    };

    /// <summary>One outcome for all recipients of a request.</summary>
    /// <param name="softBounce">soft_bounce: defer what would be returned.</param>
    public static Outcome Decide(Kind kind, string nexthop, bool softBounce)
    {
        string text = nexthop.Trim();
        if (DsnStatus.TryParse(text, out DsnStatus status, out int length)) text = text[length..].TrimStart();
        else status = new DsnStatus(5, 0, 0);
        switch (kind)
        {
            case Kind.Discard:
                return Outcome.Ok(status.WithClass(2), text.Length > 0 ? text : "discarded by configuration");
            case Kind.Retry:
                return Outcome.Defer(status, text.Length > 0 ? text : "deferred by configuration");
            default:
                Outcome bounce = Outcome.Bounce(status, text.Length > 0 ? text : "refused by configuration");
                return softBounce ? bounce.SoftBounce() : bounce;
        }
    }

    /// <summary>Answers a request: the same outcome for each recipient, in the request's order.</summary>
    public static DeliverReply Deliver(DeliverRequest request, Kind kind, bool softBounce)
    {
        Outcome outcome = Decide(kind, request.Nexthop, softBounce);
        DeliverReply reply = new() { QueueId = request.QueueId };
        DeliveryAction action = !request.Flags.HasFlag(MessageFlags.VerifyOnly) ? DeliveryAction.Implied
            : outcome.IsOk ? DeliveryAction.Deliverable : DeliveryAction.Undeliverable;
        foreach (DeliverRecipient recipient in request.Recipients)
            reply.Recipients.Add(new RecipientOutcome { Offset = recipient.Offset, Outcome = outcome, Action = action });
        return reply;
    }
}

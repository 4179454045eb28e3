using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>An agent's answer to a <see cref="DeliverRequest"/>: one outcome for each recipient, in the same order.</summary>
public sealed class DeliverReply
{
    public string QueueId = "";
    public List<RecipientOutcome> Recipients = [];
}

/// <summary>What became of one recipient.</summary>
public sealed class RecipientOutcome
{
    /// <summary>The recipient's record in the queue file, as in the request.</summary>
    public long Offset;
    public Outcome Outcome = Outcome.Defer("4.3.0", "no outcome");
    /// <summary>RFC 3464 action where it differs from what the outcome implies: "relayed", "expanded", "delivered"; else empty.</summary>
    public string Action = "";
}

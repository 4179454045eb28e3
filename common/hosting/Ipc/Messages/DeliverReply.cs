using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>An agent's answer to a <see cref="DeliverRequest"/>: one outcome for each recipient, in the same order.</summary>
public sealed class DeliverReply : IMessage<DeliverReply>
{
    public static ReadOnlySpan<byte> Protocol => "delivered"u8;

    public string QueueId = "";
    public List<RecipientOutcome> Recipients = [];
    /// <summary>
    /// No host of the destination could be reached, or none got past its greeting (connection and handshake failures, not refusals of a
    /// message or recipient): qmgr takes it as negative feedback for the destination, and after enough of it holds its mail back for the
    /// first outcome's reason.
    /// </summary>
    public bool SiteFailed;

    /// <summary>
    /// A delivery is not on stable storage yet, and the journal answers for it: that the message was removed must not be noted before the
    /// file system was synced.
    /// </summary>
    public bool Unsynced;

    public static void Describe<C>(ref C c, DeliverReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Bool("site_failed"u8, ref m.SiteFailed);
        c.Bool("unsynced"u8, ref m.Unsynced);
        c.Items("recipients"u8, m.Recipients, Limits.Recipients);
    }
}

/// <summary>What became of one recipient.</summary>
public sealed class RecipientOutcome : IAttributes<RecipientOutcome>
{
    /// <summary>The recipient's record in the queue file, as in the request.</summary>
    public long Offset;
    public Outcome Outcome = Outcome.Defer("4.3.0", "no outcome");
    public DeliveryAction Action;

    public static void Describe<C>(ref C c, RecipientOutcome m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Long("offset"u8, ref m.Offset);
        c.Outcome(ref m.Outcome);
        c.Enum("action"u8, ref m.Action);
    }
}

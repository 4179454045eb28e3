using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// Adds to a message's log (private/bounce, defer or trace: each serves all three). Answered by a <see cref="BounceReply"/>: Ok means that
/// failures and successes are on stable storage, so that the recipients may be marked done.
/// </summary>
public sealed class BounceAppend : IMessage<BounceAppend>
{
    public static ReadOnlySpan<byte> Protocol => "bounce_append"u8;

    public string QueueId = "";
    public LogFolder Log;
    public List<BounceRecipient> Recipients = [];

    public static void Describe<C>(ref C c, BounceAppend m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Enum("log"u8, ref m.Log);
        c.Items("recipients"u8, m.Recipients, Limits.Recipients);
    }
}

/// <summary>What became of one recipient, with what a notice will say about it.</summary>
public sealed class BounceRecipient : IAttributes<BounceRecipient>
{
    /// <summary>The recipient's record in the queue file: the newest line for it counts.</summary>
    public long Offset;
    public string Address = "";
    public string Original = "";
    public string DsnOriginal = "";
    public Notify Notify;
    public Outcome Outcome = Outcome.Defer("4.3.0", "no outcome");
    public DeliveryAction Action;
    /// <summary>When it was tried, microseconds since 1970.</summary>
    public long TimeMicroseconds;

    public static void Describe<C>(ref C c, BounceRecipient m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Long("offset"u8, ref m.Offset);
        c.Text("address"u8, ref m.Address, Limits.Address);
        c.Text("original"u8, ref m.Original, Limits.Address);
        c.Text("orcpt"u8, ref m.DsnOriginal, Limits.Address);
        c.Enum("notify"u8, ref m.Notify);
        c.Outcome(ref m.Outcome);
        c.Enum("action"u8, ref m.Action);
        c.Long("time"u8, ref m.TimeMicroseconds);
    }
}

/// <summary>
/// Sends the notices that a message's log calls for. Answered by a <see cref="BounceReply"/>: Ok means that they are queued, or that none
/// is due; the log is deleted then unless it is to be kept. The message's file must stay until the answer. Asked twice, it may send twice.
/// </summary>
public sealed class BounceSend : IMessage<BounceSend>
{
    public static ReadOnlySpan<byte> Protocol => "bounce_send"u8;

    public NoticeKind Kind;
    /// <summary>The log to report: bounce for failures, defer for delays and for failure by age, trace for the rest.</summary>
    public LogFolder Log;
    /// <summary>Do not delete the log: deliveries go on (a delay notice).</summary>
    public bool KeepLog;
    public string QueueId = "";
    /// <summary>The folder the file lies in.</summary>
    public string QueueName = "";
    public ContentSegments Content;
    public string Sender = "";
    public string EnvelopeId = "";
    public DsnReturn Return;
    public bool SmtpUtf8;
    public MessageFlags Flags;
    /// <summary>When the first byte arrived, microseconds since 1970.</summary>
    public long ArrivalMicroseconds;
    /// <summary>As <see cref="Envelope.VerpDelimiters"/>: one notice of failure for each recipient.</summary>
    public string VerpDelimiters = "";

    public static void Describe<C>(ref C c, BounceSend m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Enum("kind"u8, ref m.Kind);
        c.Enum("log"u8, ref m.Log);
        c.Bool("keep_log"u8, ref m.KeepLog);
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Segments(ref m.Content);
        c.Text("sender"u8, ref m.Sender, Limits.Address);
        c.Text("envid"u8, ref m.EnvelopeId, Limits.Address);
        c.Enum("ret"u8, ref m.Return);
        c.Bool("smtputf8"u8, ref m.SmtpUtf8);
        c.Enum("flags"u8, ref m.Flags);
        c.Long("arrival"u8, ref m.ArrivalMicroseconds);
        c.Text("verp"u8, ref m.VerpDelimiters, Limits.Name);
    }
}

/// <summary>
/// Sends a notice about recipients that are in no log: failures within a list, which are reported to its owner instead of the sender.
/// Answered as <see cref="BounceSend"/>.
/// </summary>
public sealed class BounceOne : IMessage<BounceOne>
{
    public static ReadOnlySpan<byte> Protocol => "bounce_one"u8;

    /// <summary>The message, with the one who is told as its sender. Its log does not matter.</summary>
    public BounceSend Message = new();
    public List<BounceRecipient> Recipients = [];

    public static void Describe<C>(ref C c, BounceOne m) where C : struct, IAttributeCodec, allows ref struct
    {
        BounceSend.Describe(ref c, m.Message);
        c.Items("recipients"u8, m.Recipients, Limits.Recipients);
    }
}

/// <summary>Deletes a message's log: nothing of it will be reported any more. Answered by a <see cref="BounceReply"/>.</summary>
public sealed class BounceRemove : IMessage<BounceRemove>
{
    public static ReadOnlySpan<byte> Protocol => "bounce_remove"u8;

    public string QueueId = "";
    public LogFolder Log;

    public static void Describe<C>(ref C c, BounceRemove m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Enum("log"u8, ref m.Log);
    }
}

/// <summary>bounce's answer. A temporary outcome means: ask again later, nothing is lost.</summary>
public sealed class BounceReply : IMessage<BounceReply>
{
    public static ReadOnlySpan<byte> Protocol => "bounce_reply"u8;

    public string QueueId = "";
    /// <summary>The queue id of the notice to the sender, or of the double bounce; empty when there is none.</summary>
    public string NoticeId = "";
    public Outcome Outcome = Outcome.Defer("4.3.0", "no outcome");

    public static void Describe<C>(ref C c, BounceReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("notice_id"u8, ref m.NoticeId, Limits.Name);
        c.Outcome(ref m.Outcome);
    }
}

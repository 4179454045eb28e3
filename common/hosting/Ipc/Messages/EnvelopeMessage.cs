using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>How the facts of a message and an <see cref="Envelope"/> go over the wire, for the messages that carry them.</summary>
public static class EnvelopeAttributes
{
    public static void Facts<C>(this ref C c, EnvelopeFacts m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Long("arrival"u8, ref m.ArrivalMicroseconds);
        c.Text("sender"u8, ref m.Sender, Limits.Address);
        c.Text("envid"u8, ref m.EnvelopeId, Limits.Address);
        c.Enum("ret"u8, ref m.Return);
        c.Enum("body"u8, ref m.Body);
        c.Bool("smtputf8"u8, ref m.SmtpUtf8);
        c.Enum("flags"u8, ref m.Flags);
        c.Text("client_name"u8, ref m.ClientName, Limits.Address);
        c.Text("client_address"u8, ref m.ClientAddress, Limits.Name);
        c.Text("client_port"u8, ref m.ClientPort, Limits.Name);
        c.Text("client_helo"u8, ref m.ClientHelo, Limits.Address);
        c.Text("client_protocol"u8, ref m.ClientProtocol, Limits.Name);
        c.Text("sasl_method"u8, ref m.SaslMethod, Limits.Name);
        c.Text("sasl_login"u8, ref m.SaslLogin, Limits.Address);
        c.Text("sasl_sender"u8, ref m.SaslSender, Limits.Address);
    }

    public static void Envelope<C>(this ref C c, Envelope m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Facts(m);
        c.Text("full_name"u8, ref m.FullName, Limits.Address);
        c.Text("origin"u8, ref m.Origin, Limits.Name);
        c.Text("filter"u8, ref m.Filter, Limits.Address);
        c.Text("redirect"u8, ref m.Redirect, Limits.Address);
        c.Text("verp"u8, ref m.VerpDelimiters, Limits.Name);
        c.Long("trace_offset"u8, ref m.TraceOffset);
        c.Bool("warned"u8, ref m.Warned);
        c.Long("warning_offset"u8, ref m.WarningOffset);
        int count = c.Count("recipients"u8, m.Recipients.Count, Limits.Recipients);
        if (c.Decoding) m.Recipients.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            if (c.Decoding) m.Recipients.Add(new EnvelopeRecipient());
            Recipient(ref c, m.Recipients[i]);
        }
    }

    public static void Place<C>(this ref C c, ref JournalPlace place) where C : struct, IAttributeCodec, allows ref struct
    {
        (int segment, long generation) = (place.Segment, (long)place.Generation);
        c.Int("journal_segment"u8, ref segment);
        c.Long("journal_generation"u8, ref generation);
        if (c.Decoding) place = new JournalPlace(segment, (ulong)generation);
    }

    public static void Segments<C>(this ref C c, ref ContentSegments content) where C : struct, IAttributeCodec, allows ref struct
    {
        (long header, long headerLength, long body, long bodyLength) = content;
        c.Long("header_offset"u8, ref header);
        c.Long("header_length"u8, ref headerLength);
        c.Long("body_offset"u8, ref body);
        c.Long("body_length"u8, ref bodyLength);
        if (c.Decoding) content = new ContentSegments(header, headerLength, body, bodyLength);
    }

    private static void Recipient<C>(ref C c, EnvelopeRecipient m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("address"u8, ref m.Address, Limits.Address);
        c.Text("original"u8, ref m.Original, Limits.Address);
        c.Text("orcpt"u8, ref m.DsnOriginal, Limits.Address);
        c.Enum("notify"u8, ref m.Notify);
        c.Long("offset"u8, ref m.Offset);
        c.Bool("done"u8, ref m.Done);
    }
}

/// <summary>
/// Opens a submission to cleanup. Content follows as Data frames (lines end with LF) and ends with End; the answer is a <see
/// cref="SubmitReply"/>.
/// </summary>
public sealed class SubmitRequest : IMessage<SubmitRequest>
{
    public static ReadOnlySpan<byte> Protocol => "submit"u8;

    public Envelope Envelope = new();
    /// <summary>What cleanup does to the message, see <see cref="CleanupFlags"/>.</summary>
    public CleanupFlags Cleanup;
    /// <summary>A <see cref="SubmitEnd"/> may follow: room is kept for what it changes.</summary>
    public bool MayChange;
    /// <summary>Where the client's addresses are completed: a local client (append_at_myorigin) or a remote one.</summary>
    public bool LocalClient;
    /// <summary>The notices that the sender asked for, about recipients that are taken from the header.</summary>
    public Notify ExtractedNotify;

    public static void Describe<C>(ref C c, SubmitRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Envelope(m.Envelope);
        c.Enum("cleanup"u8, ref m.Cleanup);
        c.Bool("local_client"u8, ref m.LocalClient);
        c.Bool("may_change"u8, ref m.MayChange);
        c.Enum("extracted_notify"u8, ref m.ExtractedNotify);
    }
}

/// <summary>
/// What was decided about a message while its content came. Goes with the End of a submission; an End without it changes nothing.
/// </summary>
public sealed class SubmitEnd : IMessage<SubmitEnd>
{
    public static ReadOnlySpan<byte> Protocol => "submit_end"u8;

    private const int MaxCopies = 100;

    public bool Hold;
    /// <summary>Empty: as it was.</summary>
    public string Filter = "";
    public string Redirect = "";
    /// <summary>Further recipients.</summary>
    public List<string> Copies = [];
    /// <summary>The milters that are to see the content, in order.</summary>
    public List<MilterHandover> Milters = [];
    /// <summary>The connections to those that have one. They go beside the message, and stay the sender's.</summary>
    public int[] Descriptors { get; set; } = [];

    public static void Describe<C>(ref C c, SubmitEnd m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Bool("hold"u8, ref m.Hold);
        c.Text("filter"u8, ref m.Filter, Limits.Address);
        c.Text("redirect"u8, ref m.Redirect, Limits.Address);
        int count = c.Count("copies"u8, m.Copies.Count, MaxCopies);
        if (c.Decoding) m.Copies.Clear();
        for (int i = 0; i < count && !c.Failed; i++)
        {
            string address = c.Decoding ? "" : m.Copies[i];
            c.Text("address"u8, ref address, Limits.Address);
            if (c.Decoding) m.Copies.Add(address);
        }
        c.Items("milters"u8, m.Milters, Native.Sockets.MaxDescriptors);
    }
}

/// <summary>What cleanup does to a submitted message; receive_override_options takes some away.</summary>
[Flags]
public enum CleanupFlags : uint
{
    None = 0,
    /// <summary>Canonical mapping, masquerading, header address rewriting.</summary>
    Rewrite = 1,
    /// <summary>virtual_alias_maps.</summary>
    Aliases = 2,
    /// <summary>header_checks and body_checks, and what else is looked for in content.</summary>
    Checks = 4,
    /// <summary>always_bcc, sender_bcc_maps, recipient_bcc_maps.</summary>
    Bcc = 8,
    /// <summary>Recipients come from the To, Cc and Bcc headers, and Bcc is removed (sendmail -t).</summary>
    ExtractRecipients = 16,
    /// <summary>non_smtpd_milters, and milters for what smtpd took.</summary>
    Milters = 64,
    All = Rewrite | Aliases | Checks | Bcc | Milters,
}

/// <summary>Why a submission was not accepted.</summary>
public enum SubmitFailure : byte
{
    /// <summary>It was accepted.</summary>
    None,
    /// <summary>The message is refused, for now or for good; the reply is for its client.</summary>
    Refused,
    /// <summary>It has more content than message_size_limit.</summary>
    TooBig,
    /// <summary>A file could not be written, or cleanup did not answer. The text may name paths: it is for the log only.</summary>
    Unavailable,
    /// <summary>A filter refused the message, and that was logged; the reply is for its client.</summary>
    Filtered,
}

/// <summary>cleanup's answer: durable in the queue, or why not.</summary>
public sealed class SubmitReply : IMessage<SubmitReply>
{
    public static ReadOnlySpan<byte> Protocol => "submitted"u8;

    /// <summary>The outcome with <see cref="SubmitFailure.TooBig"/>.</summary>
    public static readonly Outcome TooBig = Outcome.Bounce("5.3.4", "message file too big") with { Code = 552 };

    public string QueueId = "";
    public Outcome Outcome = Outcome.Defer("4.3.0", "no outcome");
    public SubmitFailure Failure;
    /// <summary>Bit for bit the milters that were handed over and can go on with the session.</summary>
    public long MiltersInStep;
    /// <summary>Bit for bit those that need a new connection for the next message.</summary>
    public long MiltersToReopen;

    public static void Describe<C>(ref C c, SubmitReply m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Outcome(ref m.Outcome);
        c.Enum("failure"u8, ref m.Failure);
        c.Long("milters_in_step"u8, ref m.MiltersInStep);
        c.Long("milters_to_reopen"u8, ref m.MiltersToReopen);
    }
}

/// <summary>
/// cleanup tells qmgr of a new message in incoming. Not answered: the file is the truth, and qmgr scans after every broken link.
/// </summary>
public sealed class QueuedNotice : IMessage<QueuedNotice>
{
    public static ReadOnlySpan<byte> Protocol => "queued"u8;

    public Envelope Envelope = new();
    public string QueueName = "incoming";
    /// <summary>Recipients are left out: read them from the file.</summary>
    public bool ReadFile;
    public ContentSegments Content;
    /// <summary>Where the journal has a copy of it, if it has.</summary>
    public JournalPlace Journal;

    public static void Describe<C>(ref C c, QueuedNotice m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Envelope(m.Envelope);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Bool("read_file"u8, ref m.ReadFile);
        c.Segments(ref m.Content);
        c.Place(ref m.Journal);
    }
}

using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>qmgr asks a delivery agent to deliver one queued message to some of its recipients.</summary>
public sealed class DeliverRequest : EnvelopeFacts, IMessage<DeliverRequest>
{
    public static ReadOnlySpan<byte> Protocol => "deliver"u8;

    /// <summary>The queue the file lies in: "incoming", "active" or "deferred".</summary>
    public string QueueName = "";
    /// <summary>The master.cf service that delivers (the transport's name).</summary>
    public string Transport = "";
    public string Nexthop = "";
    /// <summary>Where the content lies in the queue file.</summary>
    public ContentSegments Content;
    /// <summary>When qmgr made it active, microseconds since 1970 (the second of the four logged delays starts here).</summary>
    public long ActiveMicroseconds;
    /// <summary>Where the journal has a copy of the message, if it has.</summary>
    public JournalPlace Journal;
    public List<DeliverRecipient> Recipients = [];

    /// <summary>
    /// The same message for another transport, whose outcome the asker marks itself: without recipients, and not to rely on the journal.
    /// </summary>
    public DeliverRequest For(string transport, string nexthop)
    {
        var request = (DeliverRequest)MemberwiseClone();
        (request.Transport, request.Nexthop, request.Journal, request.Recipients) = (transport, nexthop, default, []);
        return request;
    }

    public static void Describe<C>(ref C c, DeliverRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Facts(m);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Text("transport"u8, ref m.Transport, Limits.Name);
        c.Text("nexthop"u8, ref m.Nexthop, Limits.Address);
        c.Segments(ref m.Content);
        c.Long("active"u8, ref m.ActiveMicroseconds);
        c.Place(ref m.Journal);
        c.Items("recipients"u8, m.Recipients, Limits.Recipients);
    }
}

/// <summary>One recipient of a <see cref="DeliverRequest"/>.</summary>
public sealed class DeliverRecipient : IAttributes<DeliverRecipient>
{
    /// <summary>Where its record starts in the queue file; the byte there is overwritten when the recipient is done.</summary>
    public long Offset;
    /// <summary>Where to deliver.</summary>
    public string Address = "";
    /// <summary>What the address was before rewriting and aliasing (X-Original-To).</summary>
    public string Original = "";
    /// <summary>ORCPT as given, "type;xtext-decoded address"; empty when none.</summary>
    public string DsnOriginal = "";
    public Notify Notify;

    public static void Describe<C>(ref C c, DeliverRecipient m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Long("offset"u8, ref m.Offset);
        c.Text("address"u8, ref m.Address, Limits.Address);
        c.Text("original"u8, ref m.Original, Limits.Address);
        c.Text("orcpt"u8, ref m.DsnOriginal, Limits.Address);
        c.Enum("notify"u8, ref m.Notify);
    }
}

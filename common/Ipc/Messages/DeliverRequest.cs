using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>qmgr asks a delivery agent to deliver one queued message to some of its recipients.</summary>
public sealed class DeliverRequest : IMessage<DeliverRequest>
{
    public static ReadOnlySpan<byte> Protocol => "deliver"u8;

    /// <summary>The queue id, also the file's name.</summary>
    public string QueueId = "";
    /// <summary>The queue the file lies in: "incoming", "active" or "deferred".</summary>
    public string QueueName = "";
    /// <summary>The master.cf service that delivers (the transport's name).</summary>
    public string Transport = "";
    public string Nexthop = "";
    /// <summary>Envelope sender; empty for a notice.</summary>
    public string Sender = "";
    public string EnvelopeId = "";
    public DsnReturn Return;
    public BodyType Body;
    public bool SmtpUtf8;
    /// <summary>Where the content starts in the queue file, and its length in bytes.</summary>
    public long ContentOffset;
    public long ContentLength;
    /// <summary>When the first byte arrived, microseconds since 1970.</summary>
    public long ArrivalMicroseconds;
    /// <summary>When qmgr made it active, microseconds since 1970 (the second of the four logged delays starts here).</summary>
    public long ActiveMicroseconds;
    public string ClientName = "";
    public string ClientAddress = "";
    public string ClientPort = "";
    public string ClientHelo = "";
    public string ClientProtocol = "";
    public string SaslLogin = "";
    /// <summary>Flags of the message, see <see cref="MessageFlags"/>.</summary>
    public MessageFlags Flags;
    public List<DeliverRecipient> Recipients = [];

    public static void Describe<C>(ref C c, DeliverRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("queue_id"u8, ref m.QueueId, Limits.Name);
        c.Text("queue_name"u8, ref m.QueueName, Limits.Name);
        c.Text("transport"u8, ref m.Transport, Limits.Name);
        c.Text("nexthop"u8, ref m.Nexthop, Limits.Address);
        c.Text("sender"u8, ref m.Sender, Limits.Address);
        c.Text("envid"u8, ref m.EnvelopeId, Limits.Address);
        c.Enum("ret"u8, ref m.Return);
        c.Enum("body"u8, ref m.Body);
        c.Bool("smtputf8"u8, ref m.SmtpUtf8);
        c.Long("content_offset"u8, ref m.ContentOffset);
        c.Long("content_length"u8, ref m.ContentLength);
        c.Long("arrival"u8, ref m.ArrivalMicroseconds);
        c.Long("active"u8, ref m.ActiveMicroseconds);
        c.Text("client_name"u8, ref m.ClientName, Limits.Address);
        c.Text("client_address"u8, ref m.ClientAddress, Limits.Name);
        c.Text("client_port"u8, ref m.ClientPort, Limits.Name);
        c.Text("client_helo"u8, ref m.ClientHelo, Limits.Address);
        c.Text("client_protocol"u8, ref m.ClientProtocol, Limits.Name);
        c.Text("sasl_login"u8, ref m.SaslLogin, Limits.Address);
        c.Enum("flags"u8, ref m.Flags);
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

using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>qmgr asks a delivery agent to deliver one queued message to some of its recipients.</summary>
public sealed class DeliverRequest
{
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
}

/// <summary>One recipient of a <see cref="DeliverRequest"/>.</summary>
public sealed class DeliverRecipient
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
}

/// <summary>Facts about a message that every process keeps.</summary>
[Flags]
public enum MessageFlags : uint
{
    None = 0,
    /// <summary>Only report what would happen (sendmail -bv).</summary>
    VerifyOnly = 1,
    /// <summary>Report each delivery to the sender (sendmail -v).</summary>
    Trace = 2,
    /// <summary>A notice of our own about a message (sender is empty).</summary>
    Notice = 4,
    /// <summary>A second notice to the postmaster: never answered by another one.</summary>
    DoubleBounce = 8,
    /// <summary>Expire at once (postsuper -e, -f).</summary>
    ForceExpire = 16,
}

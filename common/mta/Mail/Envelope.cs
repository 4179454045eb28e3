namespace MtaSuite.Common.Mail;

/// <summary>
/// All that is known of a message beside its content: what a submission carries, what the queue file keeps, what qmgr is told.
/// </summary>
public sealed class Envelope : EnvelopeFacts
{
    /// <summary>The sender's full name, for a From: header that is missing (local submission); else empty.</summary>
    public string FullName = "";
    /// <summary>"smtpd", "pickup", "bounce", "local" ...: what kind of process the message came from.</summary>
    public string Origin = "";
    /// <summary>Routing overrides by checks: a content filter or a next hop; empty when none.</summary>
    public string Filter = "";
    public string Redirect = "";
    /// <summary>
    /// Variable envelope return paths: the two delimiters that put a recipient into the sender, see <see cref="Verp"/>; empty: none.
    /// </summary>
    public string VerpDelimiters = "";
    /// <summary>Where the queue file says that the first attempt is to be reported (<see cref="MessageFlags.Trace"/>).</summary>
    public long TraceOffset;
    /// <summary>The sender was told of a delay; where the queue file says so.</summary>
    public bool Warned;
    public long WarningOffset;
    /// <summary>
    /// Some recipient's delivery was not on stable storage when its record was marked; known only of a queue file that was read.
    /// </summary>
    public bool Unsynced { get; set; }
    public List<EnvelopeRecipient> Recipients = [];
}

/// <summary>One recipient of a message.</summary>
public sealed class EnvelopeRecipient
{
    public string Address = "";
    /// <summary>What the address was before rewriting and aliasing; empty when the same.</summary>
    public string Original = "";
    /// <summary>ORCPT as "type;address", decoded; empty when none was given.</summary>
    public string DsnOriginal = "";
    public Notify Notify;
    /// <summary>Where its record starts in the queue file; 0 before there is one.</summary>
    public long Offset;
    /// <summary>Delivered or given up: its record in the file says so.</summary>
    public bool Done;
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
    /// <summary>Put on hold instead of delivering.</summary>
    Hold = 32,
    /// <summary>Only in maildrop: recipients are still to be taken from the header (sendmail -t).</summary>
    ExtractRecipients = 64,
    /// <summary>An address probe, always together with <see cref="VerifyOnly"/>: the outcome goes to verify and nowhere else.</summary>
    Probe = 128,
    /// <summary>The sender requires each hop to be encrypted and authenticated (REQUIRETLS, RFC 8689 4).</summary>
    RequireTls = 256,
    /// <summary>
    /// The header says "TLS-Required: no": delivery matters more than how (RFC 8689 5). Means nothing beside <see cref="RequireTls"/>.
    /// </summary>
    TlsOptional = 512,
    /// <summary>Only beside <see cref="ExtractRecipients"/>: the <see cref="Mail.Notify"/> of those recipients, in this byte.</summary>
    ExtractedNotify = 0xFF_0000,
}

public static class MessageFlagsExtensions
{
    private const int NotifyShift = 16;

    public static Notify ExtractedNotify(this MessageFlags flags) => (Notify)((uint)(flags & MessageFlags.ExtractedNotify) >> NotifyShift);

    public static MessageFlags WithExtractedNotify(this MessageFlags flags, Notify notify) =>
        (flags & ~MessageFlags.ExtractedNotify) | ((MessageFlags)((uint)notify << NotifyShift) & MessageFlags.ExtractedNotify);
}

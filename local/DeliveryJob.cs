using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local;

/// <summary>One recipient of one queued message, to be delivered by one thread.</summary>
/// <param name="Request">The queue manager's request; not changed.</param>
/// <param name="Recipient">Which of its recipients.</param>
/// <param name="QueueFile">Descriptor of the queue file, open for reading; stays the caller's.</param>
public sealed record DeliveryJob(DeliverRequest Request, DeliverRecipient Recipient, int QueueFile)
{
    /// <summary>
    /// What happened on the way, one entry for each log line: an alias has several results. Filled by delivery; what counts for
    /// the queue is the outcome that delivery returns.
    /// </summary>
    public List<DeliveryStep> Steps { get; } = [];

    /// <summary>Nothing is delivered (sendmail -bv, address probes).</summary>
    public bool IsVerifyOnly => (Request.Flags & MessageFlags.VerifyOnly) != 0;

    /// <summary>How what is written gets to stable storage.</summary>
    public DeliverySync Sync { get; init; } = new();

    /// <summary>The claim on the recipient, which ends early when another agent is to deliver; null where nobody else could.</summary>
    public RecipientClaim? Claim { get; init; }
}

/// <summary>One delivery, within that of a recipient, that has a result of its own.</summary>
/// <param name="Address">The address that the recipient had become.</param>
/// <param name="Original">What it was before aliasing; empty where it is not told (mailing lists).</param>
/// <param name="Action">RFC 3464 action where the outcome does not imply it; else empty.</param>
/// <param name="ToOwner">The failure was reported to the list's owner, not to the sender.</param>
/// <param name="IsLogged">Another agent delivered and logged it.</param>
public sealed record DeliveryStep(string Address, string Original, Outcome Outcome, DeliveryAction Action = DeliveryAction.Implied,
    bool ToOwner = false,
    bool IsLogged = false);

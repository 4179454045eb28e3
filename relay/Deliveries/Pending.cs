using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Sessions;

namespace MtaSuite.Relay.Deliveries;

/// <summary>One recipient of a request, and what has become of it.</summary>
internal sealed class Pending(DeliverRecipient recipient)
{
    public DeliverRecipient Recipient { get; } = recipient;

    /// <summary>Its address as it goes into RCPT TO, internal form.</summary>
    public string Address { get; set; } = recipient.Address;

    /// <summary>The claim on it; null before it was asked for.</summary>
    public RecipientClaim? Claim { get; set; }

    /// <summary>The last word; null while hosts may still be tried.</summary>
    public RecipientOutcome? Final { get; set; }

    /// <summary>The newest temporary failure, which is the last word when no host is left.</summary>
    public Outcome? Last { get; set; }

    /// <summary>The session that <see cref="Last"/> comes from.</summary>
    public Session? LastSession { get; set; }

    /// <summary>The server of the transaction at hand accepted RCPT.</summary>
    public bool IsAccepted { get; set; }
}

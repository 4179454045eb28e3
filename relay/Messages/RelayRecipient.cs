using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Relay.Messages;

/// <summary>One recipient of a delivery request, and its status.</summary>
internal sealed class RelayRecipient(DeliverRecipient recipient)
{
    public DeliverRecipient Recipient { get; } = recipient;

    /// <summary>Its address as it goes into RCPT TO, internal form.</summary>
    public string Address { get; set; } = recipient.Address;

    /// <summary>The claim on it; null before it was asked for.</summary>
    public RecipientClaim? Claim { get; set; }

    /// <summary>The final outcome; null while hosts may still be tried.</summary>
    public RecipientOutcome? Final { get; set; }

    /// <summary>The newest temporary failure, which becomes final when no host is left.</summary>
    public Outcome? LastFailure { get; private set; }

    /// <summary>The server that <see cref="LastFailure"/> comes from.</summary>
    public ServerInfo LastServer { get; private set; }

    /// <summary>The server of the current transaction accepted RCPT.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>A failure that is not final as long as another host can be tried.</summary>
    public void NoteFailure(Outcome failure, ServerInfo server) => (LastFailure, LastServer) = (failure, server);
}

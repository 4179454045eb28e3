using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local;

/// <summary>
/// What delivery asks of the rest of the suite. Called on delivery threads, never while one has a user's file identity; calls may take
/// their time.
/// </summary>
public interface ILocalServices
{
    /// <summary>
    /// Rewrites an address (internal form, perhaps without domain) to canonical form and routes it, as the queue manager would.
    /// </summary>
    Resolution Resolve(string address);

    /// <summary>Submits a copy of the message to other recipients. An Ok outcome is final: the new message is durable.</summary>
    Forwarded Forward(ForwardedMessage message);

    /// <summary>Hands a recipient to another delivery agent (mailbox_transport, fallback_transport) and gives back its answer.</summary>
    RecipientOutcome Pass(string transport, string nexthop, DeliverRequest request, DeliverRecipient recipient);

    /// <summary>
    /// Sends a failure notice about one recipient to the owner of a list instead of the sender. False: not done, and the failure is
    /// reported the usual way.
    /// </summary>
    bool TryNotifyOwner(DeliverRequest request, DeliverRecipient recipient, string owner, Outcome outcome);

    /// <summary>This thread begins (ends) to wait for something slow, a command: another one may take its place meanwhile.</summary>
    void SlowWork(bool begins) { }

    /// <summary>Logs a warning.</summary>
    void Warn(string text);
}

/// <summary>Whether an address could be routed.</summary>
public enum ResolutionStatus : byte { Ok, Unavailable, BadSyntax }

/// <summary>Where an address leads: its canonical form and the transport and next hop for it.</summary>
public readonly record struct Resolution(ResolutionStatus Status, string Address, string Transport = "", string Nexthop = "");

/// <summary>The answer to a forwarding: the outcome, and on success the new message's queue id.</summary>
public readonly record struct Forwarded(Outcome Outcome, string QueueId);

/// <summary>A copy of a queued message for other recipients.</summary>
/// <param name="Original">The request it comes from: client, content and options.</param>
/// <param name="QueueFile">The open queue file with the content.</param>
/// <param name="Sender">Envelope sender of the copy.</param>
/// <param name="DeliveredTo">Address for a Delivered-To header at its top; empty: none.</param>
/// <param name="IsList">The sender was replaced by a list's owner: ENVID, RET and ORCPT of the original don't apply (RFC 3461
/// 5.2.7.3).</param>
public sealed record ForwardedMessage(DeliverRequest Original, int QueueFile, string Sender, string DeliveredTo, bool IsList)
{
    /// <summary>New recipients; their offsets mean nothing.</summary>
    public List<DeliverRecipient> Recipients { get; } = [];
}

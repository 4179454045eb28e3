using MtaSuite.Relay.Deliveries;

namespace MtaSuite.Relay.Sessions;

/// <summary>A reply that is under way: for which command of which transaction.</summary>
/// <param name="Recipient">For RCPT, and for LMTP's replies to the content.</param>
internal readonly record struct Expected(Step Step, Transaction? Transaction, Pending? Recipient = null);

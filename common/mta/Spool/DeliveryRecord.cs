using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Spool;

/// <summary>
/// One recipient's line in a bounce, defer or trace log: all that a notice says about it. Texts hold no limits here; <see
/// cref="LogRecordCodec"/> cuts them when they are written.
/// </summary>
public sealed record DeliveryRecord
{
    /// <summary>The address that delivery was tried to.</summary>
    public required string Recipient { get; init; }
    /// <summary>The address as it arrived, before rewriting and aliasing; empty when unknown.</summary>
    public string Original { get; init; } = "";
    /// <summary>ORCPT, "type;address" with xtext decoded (RFC 3461 4.2); empty when none was given.</summary>
    public string DsnOriginal { get; init; } = "";
    public Notify Notify { get; init; }
    /// <summary>Where the recipient's record lies in the queue file; the newest line for an offset counts. -1 when there is none.</summary>
    public long Offset { get; init; } = -1;
    public DsnStatus Status { get; init; }
    public DeliveryAction Action { get; init; } = DeliveryAction.Failed;
    /// <summary>
    /// "smtp" when <see cref="Diagnostic"/> is a server's reply, "x-unix" for a command's output, empty when the reason text serves.
    /// </summary>
    public string DiagnosticType { get; init; } = "";
    /// <summary>What the other side said, word for word.</summary>
    public string Diagnostic { get; init; } = "";
    /// <summary>The host that said it; empty when we did.</summary>
    public string RemoteMta { get; init; } = "";
    /// <summary>The reason, for people; the same text as in the log line.</summary>
    public string Text { get; init; } = "";
    public DateTimeOffset Time { get; init; }

    /// <summary>The record of an attempt's outcome for a recipient.</summary>
    /// <param name="action">Where it differs from what the outcome implies.</param>
    public static DeliveryRecord From(string recipient, string original, string dsnOriginal, Notify notify, long offset, Outcome outcome,
        DateTimeOffset time, DeliveryAction action = DeliveryAction.Implied) => new()
        {
            Recipient = recipient,
            Original = original,
            DsnOriginal = dsnOriginal,
            Notify = notify,
            Offset = offset,
            Status = outcome.Status,
            Action = action != DeliveryAction.Implied ? action : outcome.Kind switch
            {
                OutcomeKind.Ok => DeliveryAction.Delivered,
                OutcomeKind.Permanent => DeliveryAction.Failed,
                _ => DeliveryAction.Delayed,
            },
            DiagnosticType = outcome.Diagnostic.Length == 0 ? "" : outcome.Remote.Length > 0 ? "smtp" : "x-unix",
            Diagnostic = outcome.Diagnostic,
            RemoteMta = outcome.Remote,
            Text = outcome.Text,
            Time = time,
        };
}

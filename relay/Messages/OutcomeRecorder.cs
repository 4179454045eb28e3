using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Messages;

/// <summary>
/// Records what becomes of the recipients of one delivery request: marks in the queue file as soon as a server took the mail, so that
/// nobody gets it twice; the status line in the log; and the outcome for the queue manager.
/// </summary>
internal sealed class OutcomeRecorder(RelaySettings settings, OutgoingMessage message)
{
    private readonly long _started = QueueId.Microseconds();
    private long _connected;
    /// <summary>Log lines that wait for a table (smtp_delivery_status_filter); null: none did.</summary>
    private List<Task>? _unfinished;

    /// <summary>A session begins with this message: what is logged as time of connecting ends, and that of sending begins.</summary>
    public void NoteConnected() => _connected = QueueId.Microseconds();

    /// <summary>A server took the mail for a recipient, or would take it where that was all that was asked.</summary>
    public void Deliver(RelayRecipient recipient, Outcome outcome, ServerInfo server)
    {
        if (!message.IsVerifyOnly) recipient.Claim!.Mark();
        Settle(recipient, outcome, server);
        if (message.IsVerifyOnly) return;
        recipient.Final!.Action = server.HasDsn ? DeliveryAction.PassedOn
            : settings.AssumeFinal ? DeliveryAction.Delivered : DeliveryAction.Relayed;
    }

    /// <summary>A recipient failed at a server. A permanent failure is final; a temporary one is when no host is left.</summary>
    public void Fail(RelayRecipient recipient, Outcome outcome, ServerInfo server)
    {
        if (recipient.Final != null) return;
        if (settings.SoftBounce) outcome = outcome.SoftBounce();
        if (outcome.IsPermanent) Settle(recipient, outcome, server);
        else recipient.NoteFailure(outcome, server);
    }

    /// <summary>Gives a recipient its final outcome.</summary>
    /// <param name="server">The default: that of its newest failure.</param>
    public void Settle(RelayRecipient recipient, Outcome outcome, ServerInfo server = default)
    {
        if (settings.SoftBounce) outcome = outcome.SoftBounce();
        recipient.Final = new RecipientOutcome { Offset = recipient.Recipient.Offset, Outcome = outcome };
        Task logging = LogAsync(recipient.Recipient, recipient.Final, server.IsReached ? server : recipient.LastServer);
        if (!logging.IsCompletedSuccessfully) (_unfinished ??= []).Add(logging);
    }

    /// <summary>Logs an outcome, after smtp_delivery_status_filter.</summary>
    private async Task LogAsync(DeliverRecipient recipient, RecipientOutcome final, ServerInfo server)
    {
        // the times are those of the outcome: a table may take longer
        long now = QueueId.Microseconds(), connected = _connected == 0 ? now : _connected;
        final.Outcome = await settings.StatusFilter.ApplyAsync(final.Outcome);
        string relay = server.IsReached ? server.NameAndPort : "none";
        DeliveryLog.Write(message.Request, recipient, final.Outcome, relay, _started, connected, now, server.UseCount,
            server.TlsText ?? "");
    }

    /// <summary>Everything is logged, and the outcomes are as the tables want them.</summary>
    public Task FinishAsync() => _unfinished == null ? Task.CompletedTask : Task.WhenAll(_unfinished);
}

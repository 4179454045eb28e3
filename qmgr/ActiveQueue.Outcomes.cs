using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>What becomes of recipients in a round: kept until its end, which the last outcome brings about.</summary>
internal sealed partial class ActiveQueue
{
    public void Delivered(Delivery delivery, DeliverReply reply)
    {
        QueuedMessage message = delivery.Message;
        List<RecipientOutcome> outcomes = reply.Recipients;
        message.Unsynced |= reply.Unsynced;
        ReleaseMemory(delivery);
        message.UnderWay++; // it is not released before all of them are noted
        for (int i = 0; i < outcomes.Count; i++)
            SettleAsync(message, delivery.Recipients[i], outcomes[i].Outcome, outcomes[i].Action).Detach();
        message.UnderWay--;
        Continue(message, delivery.Destination.Transport);
    }

    public void Failed(Delivery delivery, Outcome outcome, TimeSpan? wait)
    {
        ReleaseMemory(delivery);
        delivery.Message.UnderWay++;
        foreach (DeliverRecipient recipient in delivery.Recipients) Settle(delivery.Message, recipient, outcome, wait);
        delivery.Message.UnderWay--;
        Continue(delivery.Message, delivery.Destination.Transport);
    }

    public void Abandoned(Delivery delivery) => ReleaseIfIdle(delivery.Message);

    private void Continue(QueuedMessage message, Transport transport)
    {
        if (_stopped) ReleaseIfIdle(message);
        else Refill(message, transport);
    }

    /// <summary>An outcome that no agent logged.</summary>
    private void Settle(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, TimeSpan? wait = null)
    {
        if (_settings.SoftBounce) outcome = outcome.SoftBounce();
        long now = QueueId.Microseconds(_loop.Time);
        DeliveryLog.Write(message.MakeRequest("", ""), recipient, outcome, "none", message.ActiveMicroseconds, now, now);
        SettleAsync(message, recipient, outcome, DeliveryAction.Implied, wait).Detach();
    }

    /// <summary>Keeps an outcome for the end of the round, which waits for the tables that are asked of a deferral.</summary>
    private async Task SettleAsync(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, DeliveryAction action,
        TimeSpan? wait = null)
    {
        message.UnderWay++;
        bool isGivenUp = outcome.IsTemporary && await _schedule.NoteDeferralAsync(message, recipient.Address, wait);
        _reports.Note(message, recipient, outcome, action, isGivenUp);
        if (message.Remaining != null) _budget.Set(message, message.Held - 1);
        message.UnderWay--;
        End(message, 1);
    }

    /// <summary>The round has so much less to wait for; with nothing left it ends.</summary>
    private void End(QueuedMessage message, int count)
    {
        if (message.State == MessageState.Parked) return; // its round has no end
        message.Pending -= count;
        if (message.Pending > 0)
        {
            if (_stopped) ReleaseIfIdle(message);
            return;
        }
        message.State = MessageState.Concluding;
        if (message.IsProbe)
        {
            _probes.Report(message);
            Remove(message);
        }
        else if (!message.HasOutcomes && !message.MayHaveLogs && message.Remaining == null) Remove(message);
        else ConcludeAsync(message).Detach();
    }

    /// <summary>
    /// Ends a round with failures, deferrals or reports. Nothing is marked or removed before what must be told of it is on stable storage;
    /// whatever cannot be done now leaves the message in the deferred queue, where it is tried again.
    /// </summary>
    private async Task ConcludeAsync(QueuedMessage message)
    {
        if (message.Remaining != null) message.Remaining.IsFilling = true;
        await _reports.LogOutcomesAsync(message);
        if (message.Remaining != null && _stopped)
        {
            Leave(message, MessageState.Released);
            return;
        }
        if (message.Remaining != null && await ReadOnAsync(message)) return;
        if (await _reports.ConcludeAsync(message)) Remove(message);
        else await DeferAsync(message);
    }
}

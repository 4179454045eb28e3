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
    /// <summary>RFC 3461 5.2.7.3: the sender hears of the alias itself that it was expanded.</summary>
    private void NoteExpansion(QueuedMessage message, EnvelopeRecipient recipient)
    {
        DeliverRecipient target = TargetOf(message, recipient);
        target.Notify &= ~Notify.Expanded;
        SettleAsync(message, target, Outcome.Ok("alias expanded"), DeliveryAction.Expanded).Detach();
    }

    public void Delivered(Delivery delivery, DeliverReply reply)
    {
        QueuedMessage message = delivery.Message;
        List<RecipientOutcome> outcomes = reply.Recipients;
        message.Unsynced |= reply.Unsynced;
        Forget(delivery);
        message.UnderWay++; // it is not let go before all of them are noted
        for (int i = 0; i < outcomes.Count; i++)
            SettleAsync(message, delivery.Recipients[i], outcomes[i].Outcome, outcomes[i].Action).Detach();
        message.UnderWay--;
        GoOn(message, delivery.Destination.Transport);
    }

    public void Failed(Delivery delivery, Outcome outcome, long waitMilliseconds)
    {
        Forget(delivery);
        delivery.Message.UnderWay++;
        foreach (DeliverRecipient recipient in delivery.Recipients) Settle(delivery.Message, recipient, outcome, waitMilliseconds * 1000);
        delivery.Message.UnderWay--;
        GoOn(delivery.Message, delivery.Destination.Transport);
    }

    public void Abandoned(Delivery delivery) => LetGoIfIdle(delivery.Message);

    private void GoOn(QueuedMessage message, Transport transport)
    {
        if (_stopped) LetGoIfIdle(message);
        else Refill(message, transport);
    }

    /// <summary>An outcome that no agent logged.</summary>
    private void Settle(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, long waitMicroseconds = 0)
    {
        if (_settings.SoftBounce) outcome = outcome.SoftBounce();
        long now = QueueId.Microseconds(_loop.Time);
        DeliveryLog.Write(message.MakeRequest("", ""), recipient, outcome, "none", message.ActiveMicroseconds, now, now);
        SettleAsync(message, recipient, outcome, DeliveryAction.Implied, waitMicroseconds).Detach();
    }

    /// <summary>Keeps an outcome for the end of the round, which waits for the tables that are asked of a deferral.</summary>
    private async Task SettleAsync(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, DeliveryAction action,
        long waitMicroseconds = 0)
    {
        message.UnderWay++;
        bool isGivenUp = outcome.IsTemporary && await PostponeAsync(message, recipient.Address, waitMicroseconds);
        Note(message, recipient, outcome, action, isGivenUp);
        if (message.Rest != null) _budget.Set(message, message.Held - 1);
        message.UnderWay--;
        End(message, 1);
    }

    private void Note(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, DeliveryAction action, bool isGivenUp)
    {
        Notify notify = recipient.Notify;
        if (action == DeliveryAction.PassedOn)
        {
            notify &= ~Notify.Success;
            if (notify == Notify.Default) notify = Notify.Never;
            action = DeliveryAction.Relayed; // where a report is asked for all the same (sendmail -v)
        }
        if (!NotifyRules.TryChooseLog(notify, message.Envelope.Flags, outcome.Kind, out LogFolder folder)) return;
        if (isGivenUp && folder == LogFolder.Defer) (folder, action) = (LogFolder.Bounce, DeliveryAction.Failed);
        BounceRecipient entry = new()
        {
            Offset = recipient.Offset,
            Address = recipient.Address,
            Original = recipient.Original,
            DsnOriginal = recipient.DsnOriginal,
            Notify = recipient.Notify,
            Outcome = outcome,
            Action = action,
            TimeMicroseconds = QueueId.Microseconds(_loop.Time),
        };
        (folder switch { LogFolder.Bounce => message.Failed, LogFolder.Defer => message.Deferred, _ => message.Reported }).Add(entry);
        if (folder != LogFolder.Trace && (message.Envelope.Flags & MessageFlags.Trace) != 0) message.Reported.Add(entry);
    }

    /// <summary>The round has so much less to wait for; with nothing left it ends.</summary>
    private void End(QueuedMessage message, int count)
    {
        message.Pending -= count;
        if (message.Pending > 0)
        {
            if (_stopped) LetGoIfIdle(message);
            return;
        }
        message.IsConcluding = true;
        if ((message.Envelope.Flags & MessageFlags.Probe) != 0)
        {
            ReportProbe(message);
            return;
        }
        bool nothingToTell = message.Round.IsClean && message.Failed.Count + message.Deferred.Count + message.Reported.Count == 0;
        if (nothingToTell && !message.MayHaveLogs && message.Rest == null) Remove(message);
        else ConcludeAsync(message).Detach();
    }
}

using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Service;

/// <summary>Carries out requests whose recipients are delivered to one after the other: local and virtual.</summary>
/// <param name="relay">What the log calls the agent.</param>
/// <param name="deliver">Delivers to one recipient.</param>
internal sealed class SeparateDeliveries(string relay, Func<DeliveryJob, RecipientOutcome> deliver, JournalCover? journal)
{
    /// <inheritdoc cref="Deliverer"/>
    public async ValueTask<DeliverReply> DeliverAsync(DeliverRequest request, DeliveryFile file, Func<WrittenFile, Promise<int>> sync)
    {
        DeliverReply reply = new() { QueueId = request.QueueId };
        foreach (DeliverRecipient recipient in request.Recipients)
        {
            using RecipientClaim claim = file.Claim(recipient.Offset, wait: true);
            reply.Unsynced |= claim.WasUnsynced;
            if (claim.Refusal is { } refusal) reply.Recipients.Add(new RecipientOutcome { Offset = recipient.Offset, Outcome = refusal });
            else reply.Recipients.Add(await DeliverAsync(request, recipient, file, claim, reply, sync));
        }
        return reply;
    }

    private async ValueTask<RecipientOutcome> DeliverAsync(DeliverRequest request, DeliverRecipient recipient, DeliveryFile file,
        RecipientClaim claim,
        DeliverReply reply, Func<WrittenFile, Promise<int>> sync)
    {
        long start = QueueId.Microseconds();
        DeliverySync durable = new(journal, request.Journal) { MayHold = request.Recipients.Count == 1 };
        DeliveryJob job = new(request, recipient, file.Descriptor) { Sync = durable, Claim = claim };
        RecipientOutcome outcome = deliver(job);
        if (durable.Held is { } held)
        {
            using (held)
            {
                int errno = await sync(held);
                if (errno != 0) outcome.Outcome = held.Remove(errno);
            }
            job.Steps[0] = job.Steps[0] with { Outcome = outcome.Outcome };
        }
        if (outcome.Outcome.IsOk) claim.Mark(durable.IsCovered);
        reply.Unsynced |= durable.IsCovered;
        WriteLog(job, outcome.Outcome, start);
        return outcome;
    }

    private void WriteLog(DeliveryJob job, Outcome outcome, long start)
    {
        long end = QueueId.Microseconds();
        if (job.Steps.Count == 0) DeliveryLog.Write(job.Request, job.Recipient, outcome, relay, start, start, end);
        foreach (DeliveryStep step in job.Steps.Where(s => !s.IsLogged))
        {
            DeliverRecipient target = new() { Address = step.Address, Original = step.Original };
            DeliveryLog.Write(job.Request, target, step.Outcome, relay, start, start, end);
        }
    }
}

using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Local.Service;

/// <summary>Carries out requests whose recipients are delivered to by one command: pipe.</summary>
/// <param name="deliver">Delivers to all recipients of a request, and gives their outcomes in the same order.</param>
internal sealed class JointDelivery(Func<DeliverRequest, int, List<RecipientOutcome>> deliver)
{
    /// <inheritdoc cref="Deliverer"/>
    public DeliverReply Deliver(DeliverRequest request, DeliveryFile file)
    {
        long start = QueueId.Microseconds();
        List<DeliverRecipient> asked = request.Recipients;
        List<RecipientClaim> claims = [.. asked.Select(r => file.Claim(r.Offset, wait: true))];
        request.Recipients = [.. asked.Where((_, i) => claims[i].Status == ClaimStatus.Claimed)];
        List<RecipientOutcome> delivered = request.Recipients.Count == 0 ? [] : deliver(request, file.Descriptor);
        long end = QueueId.Microseconds();
        DeliverReply reply = new() { QueueId = request.QueueId };
        for (int i = 0, next = 0; i < asked.Count; i++)
        {
            RecipientOutcome outcome = claims[i].Refusal is { } refusal
                ? new RecipientOutcome { Offset = asked[i].Offset, Outcome = refusal }
                : next < delivered.Count ? delivered[next++]
                : new RecipientOutcome { Offset = asked[i].Offset, Outcome = Outcome.Defer("4.3.0", "no outcome") };
            if (claims[i].Status == ClaimStatus.Claimed)
            {
                if (outcome.Outcome.IsOk) claims[i].Mark();
                DeliveryLog.Write(request, asked[i], outcome.Outcome, request.Transport, start, start, end);
            }
            claims[i].Dispose();
            reply.Recipients.Add(outcome);
        }
        request.Recipients = asked;
        return reply;
    }
}

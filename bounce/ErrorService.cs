using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>The services error, retry and discard: answer a delivery request without delivering (<see cref="ErrorTransport"/>).</summary>
internal sealed class ErrorService(ServiceContext context) : RequestService(context)
{
    private readonly ErrorTransport.Kind _kind = context.Command == "discard" ? ErrorTransport.Kind.Discard
        : ErrorTransport.KindOf(context.ServiceName);
    private readonly bool _softBounce = context.Config.Get(BounceParams.SoftBounce);

    protected override Task? Begin(LinkStream stream, ReadOnlySpan<byte> request)
    {
        DeliverRequest deliver = new();
        return AttributeDecoder.TryDecode(request, deliver) ? DeliverAsync(stream, deliver) : null;
    }

    private async Task DeliverAsync(LinkStream stream, DeliverRequest request)
    {
        long start = QueueId.Microseconds(Context.Loop.Time);
        DeliverReply reply = ErrorTransport.Deliver(request, _kind, _softBounce);
        if (_kind == ErrorTransport.Kind.Discard && !request.Flags.HasFlag(MessageFlags.VerifyOnly))
            await Workers.Run(() => Mark(request, reply));
        long end = QueueId.Microseconds(Context.Loop.Time);
        for (int i = 0; i < request.Recipients.Count; i++)
            DeliveryLog.Write(request, request.Recipients[i], reply.Recipients[i].Outcome, "none", start, start, end);
        stream.Send(FrameType.Reply, reply);
    }

    /// <summary>
    /// Marks the recipients in the queue file, as each agent does, so that no other agent delivers what was discarded. False when it
    /// cannot be opened.
    /// </summary>
    private bool Mark(DeliverRequest request, DeliverReply reply)
    {
        bool valid = QueueId.IsValid(request.QueueId) && SpoolDirectory.Queues.Contains(request.QueueName);
        using DeliveryFile? file = valid ? DeliveryFile.TryOpen(Context.Spool, request.QueueName, request.QueueId) : null;
        if (file == null)
        {
            Outcome unopened = Outcome.Defer("4.3.0", valid ? $"open queue file: {Errno.Text()}" : "bad delivery request");
            foreach (RecipientOutcome recipient in reply.Recipients) recipient.Outcome = unopened;
            return false;
        }
        foreach (RecipientOutcome recipient in reply.Recipients)
        {
            using RecipientClaim claim = file.Claim(recipient.Offset, wait: false);
            if (claim.Refusal is { } refusal) recipient.Outcome = refusal;
            else if (!claim.Mark()) recipient.Outcome = Outcome.Defer("4.3.0", $"write queue file: {Errno.Text()}");
        }
        return true;
    }
}

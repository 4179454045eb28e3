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
    private readonly ErrorTransport.Verdict _verdict = context.Command == "discard" ? ErrorTransport.Verdict.Discard : ErrorTransport.VerdictOf(context.ServiceName);
    private readonly bool _softBounce = context.Config.Get(BounceParams.SoftBounce);

    protected override Task? Begin(LinkStream stream, ReadOnlySpan<byte> request)
    {
        DeliverRequest deliver = new();
        return AttributeDecoder.TryDecode(request, deliver) ? DeliverAsync(stream, deliver) : null;
    }

    private async Task DeliverAsync(LinkStream stream, DeliverRequest request)
    {
        long start = QueueId.Microseconds(Context.Loop.Time);
        DeliverReply reply = ErrorTransport.Deliver(request, _verdict, _softBounce);
        if (_verdict == ErrorTransport.Verdict.Discard && !request.Flags.HasFlag(MessageFlags.VerifyOnly))
        {
            Outcome? trouble = await Workers.Run(() => MarkDone(request));
            if (trouble != null) foreach (RecipientOutcome recipient in reply.Recipients) recipient.Outcome = trouble;
        }
        long end = QueueId.Microseconds(Context.Loop.Time);
        for (int i = 0; i < request.Recipients.Count; i++)
            DeliveryLog.Write(request, request.Recipients[i], reply.Recipients[i].Outcome, "none", start, start, end);
        stream.Send(FrameType.Reply, reply);
    }

    /// <summary>Marks what was discarded in the queue file, as each agent does; null when that went well.</summary>
    private Outcome? MarkDone(DeliverRequest request)
    {
        if (!QueueId.IsValid(request.QueueId) || !SpoolDirectory.Queues.Contains(request.QueueName)) return Outcome.Defer("4.3.0", "bad delivery request");
        int fd = Libc.Open(Context.Spool.PathOf(request.QueueName, request.QueueId), Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
        bool ok = fd >= 0;
        foreach (DeliverRecipient recipient in request.Recipients) ok = ok && SpoolDirectory.MarkDone(fd, recipient.Offset);
        Outcome? trouble = ok ? null : Outcome.Defer("4.3.0", $"queue file {request.QueueId}: {Libc.ErrorText()}");
        if (fd >= 0) _ = Libc.Close(fd);
        return trouble;
    }
}

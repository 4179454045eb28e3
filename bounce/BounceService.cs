using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>The services bounce, defer and trace: keep the logs of single messages, and send the notices they call for.</summary>
internal sealed class BounceService : RequestService
{
    private readonly BounceLog _log;
    private readonly NoticeSender _sender;
    private readonly CleanupClient _cleanup;

    public BounceService(ServiceContext context) : base(context)
    {
        NoticeSettings settings = new(context.Config, out List<string> unknown);
        foreach (string word in unknown) Log.Warning($"notify_classes: unknown class \"{word}\" is ignored");
        BounceTemplates templates = BounceTemplates.Load(context.Config.Get(BounceParams.BounceTemplateFile), settings, context.Config);
        foreach (string warning in templates.Warnings) Log.Warning($"{warning}");
        _log = new BounceLog(context.Spool);
        _cleanup = new CleanupClient(context.Loop, context.Spool.SocketPath(false, context.Config.Get(CleanupParams.CleanupServiceName)));
        _sender = new NoticeSender(settings, templates, _log, context.Spool, _cleanup, Workers, context.Loop.Time);
    }

    protected override void Close() => _cleanup.Close();

    protected override Task? Begin(LinkStream stream, ReadOnlySpan<byte> request)
    {
        ReadOnlySpan<byte> protocol = AttributeDecoder.ProtocolOf(request);
        if (protocol.SequenceEqual(BounceAppend.Protocol))
        {
            BounceAppend append = new();
            return AttributeDecoder.TryDecode(request, append) && append.Log <= LogFolder.Trace ? AppendAsync(stream, append) : null;
        }
        if (protocol.SequenceEqual(BounceSend.Protocol))
        {
            BounceSend send = new();
            return AttributeDecoder.TryDecode(request, send) && send.Log <= LogFolder.Trace
                && send.Kind <= NoticeKind.Verify ? SendAsync(stream, send) : null;
        }
        if (protocol.SequenceEqual(BounceOne.Protocol))
        {
            BounceOne one = new();
            return AttributeDecoder.TryDecode(request, one) && one.Message.Log <= LogFolder.Trace
                && one.Message.Kind <= NoticeKind.Verify ? SendOneAsync(stream, one) : null;
        }
        BounceRemove remove = new();
        return AttributeDecoder.TryDecode(request, remove) && remove.Log <= LogFolder.Trace ? RemoveAsync(stream, remove) : null;
    }

    private async Task AppendAsync(LinkStream stream, BounceAppend request)
    {
        List<DeliveryRecord> records = request.Recipients.ConvertAll(ToRecord);
        Answer(stream, request.QueueId, await Workers.Run(() => _log.Append(request.Log, request.QueueId, records)));
    }

    private async Task RemoveAsync(LinkStream stream, BounceRemove request) =>
        Answer(stream, request.QueueId, await Workers.Run(() => _log.Remove(request.Log, request.QueueId)));

    private async Task SendAsync(LinkStream stream, BounceSend request)
    {
        (Outcome outcome, string noticeId) = await _sender.SendAsync(request);
        if (outcome.IsOk && !request.KeepLog) outcome = await Workers.Run(() => _log.Remove(request.Log, request.QueueId));
        Answer(stream, request.QueueId, outcome, noticeId);
    }

    private async Task SendOneAsync(LinkStream stream, BounceOne request)
    {
        (Outcome outcome, string noticeId) = await _sender.SendAsync(request.Message, request.Recipients.ConvertAll(ToRecord));
        Answer(stream, request.Message.QueueId, outcome, noticeId);
    }

    private static void Answer(LinkStream stream, string queueId, Outcome outcome, string noticeId = "")
    {
        if (!outcome.IsOk) Log.Warning($"{queueId}: {outcome.Text}");
        stream.Send(FrameType.Reply, new BounceReply { QueueId = queueId, NoticeId = noticeId, Outcome = outcome });
    }

    private static DeliveryRecord ToRecord(BounceRecipient r) =>
        DeliveryRecord.From(r.Address, r.Original, r.DsnOriginal, r.Notify, r.Offset, r.Outcome,
        Microseconds.ToTime(r.TimeMicroseconds), r.Action);
}

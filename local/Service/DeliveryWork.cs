using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Service;

/// <summary>
/// One request from its arrival to its reply. It runs on a worker thread until a file has to be synced together with others', and after
/// that sync on the loop. When qmgr goes away meanwhile the delivery is finished all the same, and marked in the queue file.
/// </summary>
internal sealed class DeliveryWork(DeliveryService service) : DurableWork(service.Syncs), IStreamHandler
{
    private readonly DeliverRequest _request = new();
    private LinkStream? _stream;
    private Task<DeliverReply>? _reply;
    /// <summary>Gets errno of the sync that the delivery waits for; null: it waits for none.</summary>
    private Promise<int>? _synced;

    public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type != FrameType.Open || !AttributeDecoder.TryDecode(payload, _request) || !QueueId.IsValid(_request.QueueId)
            || Array.IndexOf(SpoolDirectory.Queues, _request.QueueName) < 0)
        {
            stream.Reset("bad deliver request");
            return;
        }
        _stream = stream;
        service.Began();
        service.Workers.Submit(this);
    }

    public override void Execute() => _reply = DeliverAsync();

    private async Task<DeliverReply> DeliverAsync()
    {
        using DeliveryFile? file = DeliveryFile.TryOpen(service.Spool, _request.QueueName, _request.QueueId, service.SpoolOwner);
        return file == null ? DeliveryService.Refuse(_request, "4.3.0", $"open queue file: {Errno.Text()}")
            : await service.Deliver(_request, file, SyncAsync);
    }

    /// <summary>Syncs a file together with those of other requests; once in a request.</summary>
    private Promise<int> SyncAsync(WrittenFile file)
    {
        (Unsynced, Device) = (file.Descriptor, file.Device);
        return _synced = new Promise<int>();
    }

    protected override void OnDone()
    {
        _synced?.TrySet(SyncError);
        _stream!.Send(FrameType.Reply, _reply!.GetAwaiter().GetResult()); // complete: only the sync kept it waiting
        service.Ended();
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) { }
}

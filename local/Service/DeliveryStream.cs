using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Service;

/// <summary>One job from its request to its reply. When qmgr goes away meanwhile the delivery is finished all the same, and marked in the file.</summary>
internal sealed class DeliveryStream(DeliveryService service) : DurableWork(service.Syncs), IStreamHandler
{
    private readonly DeliverRequest _request = new();
    private LinkStream? _stream;
    private DeliverySync? _sync;
    private List<RecipientOutcome> _outcomes = [];
    private int _queueFile;

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

    public override void Execute()
    {
        int fd = OpenQueueFile();
        if (fd < 0)
        {
            _outcomes = QueueFileJob.Refuse(_request, "4.3.0", $"open queue file: {Libc.ErrorText()}");
            return;
        }
        _sync = new DeliverySync(service.Journal, _request.Journal);
        _outcomes = service.Deliver(_request, fd, _sync);
        if (_sync.IsHeld) (_queueFile, Unsynced, Device) = (fd, _sync.File, _sync.Device);
        else _ = Libc.Close(fd);
    }

    /// <summary>
    /// mail_owner, who writes the spool's folders, could put a link to any folder in the place of one: what is opened has to be a file of
    /// its own, or root would deliver, and mark, a stranger's.
    /// </summary>
    private int OpenQueueFile()
    {
        const int flags = Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOFOLLOW | Libc.O_NONBLOCK;
        int fd = Libc.Open(service.Spool.PathOf(_request.QueueName, _request.QueueId), flags, 0);
        if (fd < 0 || (Libc.TryStat(fd, out Libc.FileStatus status) && status.IsRegular && service.IsSpoolFile(status))) return fd;
        _ = Libc.Close(fd);
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(Libc.EPERM);
        return -1;
    }

    protected override void OnDone()
    {
        if (_sync is { IsHeld: true })
        {
            _outcomes[0].Outcome = _sync.Ending!(SyncError);
            _ = Libc.Close(_queueFile);
        }
        _stream!.Send(FrameType.Reply, new DeliverReply { QueueId = _request.QueueId, Recipients = _outcomes, Unsynced = _sync is { AnyCovered: true } });
        service.Ended();
    }

    public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    public void OnReset(LinkStream stream, string reason) { }
}

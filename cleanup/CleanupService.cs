using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;

namespace MtaSuite.Cleanup;

/// <summary>
/// cleanup as a daemon: takes submissions on its links, writes them on a few threads, syncs them together (that is the group commit), and tells qmgr of each message that is durable.
/// </summary>
internal sealed class CleanupService : IService
{
    /// <summary>They only write; the syncs are a stage of their own. More would fight for the lock of the folder.</summary>
    private const int WriterThreads = 2;
    private readonly List<LinkServer> _servers = [];
    private readonly Stack<MessageBuffers> _buffers = new();
    private readonly LinkClient _qmgr;
    private Action? _drained;
    private bool _noLinks;

    public CleanupService(ServiceContext context)
    {
        Loop = context.Loop;
        Spool = context.Spool;
        Settings = new CleanupSettings(context.Config);
        RoutingCore core = new(context.Config);
        Rewriter = new CleanupRewriter(core);
        Envelopes = new EnvelopeRewriter(context.Config, Rewriter);
        foreach (string problem in core.Problems) Log.Warning($"{problem}");
        Syncs = new SyncStage(Loop, context.Config.Get(CommonParams.FileSyncMethod) == "group");
        Writers = new WorkerPool(Loop, "writer", WriterThreads) { InPlaceWhenAlone = true, Patience = 8 };
        _qmgr = new LinkClient(Loop, Spool.SocketPath(false, "qmgr"));
        // qmgr scans incoming for each new link, so that no notice lost with an old one matters
        _qmgr.KeepConnected();
        foreach (int fd in context.Listeners) _servers.Add(new LinkServer(Loop, fd, _ => new IncomingMessage(this)) { TrustedOnly = true });
    }

    public EventLoop Loop { get; }
    public SpoolDirectory Spool { get; }
    public CleanupSettings Settings { get; }
    public WorkerPool Writers { get; }
    public SyncStage Syncs { get; }
    public CleanupRewriter Rewriter { get; }
    public EnvelopeRewriter Envelopes { get; }

    /// <summary>Messages under way.</summary>
    public int Active { get; private set; }

    public MessageBuffers Begin()
    {
        Active++;
        return _buffers.TryPop(out MessageBuffers? buffers) ? buffers : new MessageBuffers(Settings.HeaderSizeLimit);
    }

    public void End(MessageBuffers buffers)
    {
        Active--;
        if (buffers.TryReset()) _buffers.Push(buffers);
        LeaveIfDone();
    }

    /// <summary>Tells qmgr of a message: with the envelope, or where that is too large, only that it is there.</summary>
    public void Notify(QueuedNotice notice)
    {
        if (_qmgr.TryNotify(notice) || notice.ReadFile) return;
        _qmgr.TryNotify(new QueuedNotice { ReadFile = true, Envelope = new Envelope { QueueId = notice.Envelope.QueueId } });
    }

    public void Drain(Action done)
    {
        _drained = done;
        int left = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                left--;
                _noLinks = left == 0;
                LeaveIfDone();
            };
            server.Leave();
        }
    }

    private void LeaveIfDone()
    {
        if (!_noLinks || Active > 0 || _drained == null) return;
        Action done = _drained;
        _drained = null;
        _qmgr.Close();
        // one batch more, so that the last notice to qmgr is sent
        Loop.After(TimeSpan.FromMilliseconds(20), done);
    }
}

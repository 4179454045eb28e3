using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// qmgr as a daemon: learns of messages by cleanup's notices and by looking into the folders, keeps new ones waiting while the active
/// queue is full, deferred ones until they are due, and answers what is asked of it.
/// </summary>
internal sealed class QmgrService : IService
{
    private readonly EventLoop _loop;
    private readonly SpoolDirectory _spool;
    private readonly QmgrSettings _settings;
    private readonly AgentLinks _agents;
    private readonly ActiveQueue _active;
    private readonly DeferredIndex _deferred = new();
    private readonly Queue<(string Id, string Folder)> _waiting = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly QueueFiles _files;
    private readonly NoticeClient _notices;
    private readonly VerifyClient _verify;
    private readonly QueueScanner _scanner;
    private readonly List<LinkServer> _servers = [];
    private int _reading;
    private LoopTimer? _dueTimer;
    private long _dueAt;
    private bool _draining;

    public QmgrService(ServiceContext context)
    {
        _loop = context.Loop;
        _spool = context.Spool;
        _settings = new QmgrSettings(context.Config);
        _files = new QueueFiles(_loop, _spool);
        _notices = new NoticeClient(_loop, _spool);
        _agents = new AgentLinks(_loop, _spool);
        _verify = new VerifyClient(_loop, _spool.SocketPath(true, context.Config.Get(VerifyParams.AddressVerifyServiceName)));
        _active = new ActiveQueue(_loop, _settings, new Router(context.Config), _files, _notices,
            results => new Scheduler(_agents, context.Config, _settings, Scheduler.LimitsOf(context.Config), results))
        {
            Deferred = (message, next) => Defer(message.Id, next),
            Left = Leave,
            MakeProbeRouter = () => new Router(context.Config, RouteParameters.Probes),
            Probed = update => _verify.Tell(update),
        };
        _scanner = new QueueScanner(_loop, _spool, Found);
        foreach (int fd in context.Listeners)
        {
            LinkServer server = new(_loop, fd, _ => new ControlStream(this));
            server.LinkAccepted = Accepted;
            _servers.Add(server);
        }
        _scanner.ScanAll();
        _loop.Every(_settings.QueueRunDelay, _scanner.ScanIncoming);
    }

    public int Active => _active.Count + _deferred.Count + _waiting.Count + _reading;

    /// <summary>The messages under delivery.</summary>
    public IEnumerable<QueuedMessage> ActiveMessages => _active.Messages;

    public DeferredIndex DeferredMessages => _deferred;

    // ---- arrival ---------------------------------------------------------------------------------------------------

    private void Accepted(Link link)
    {
        if (!link.IsPeerTrusted) return; // public/qmgr is open to everybody: commands may ask, but only cleanup tells of messages
        link.Noticed = Noticed;
        // a new link may mean that notices were lost with an old one
        _scanner.ScanIncoming();
    }

    private bool Noticed(Link link, ReadOnlySpan<byte> payload)
    {
        QueuedNotice notice = new();
        if (!AttributeDecoder.TryDecode(payload, notice) || !QueueId.IsValid(notice.Envelope.QueueId)) return false;
        string id = notice.Envelope.QueueId;
        if (_draining || !_known.Add(id)) return true;
        if (notice.ReadFile || _active.Count >= _settings.ActiveLimit) Wait(id, SpoolDirectory.Incoming);
        else _active.Activate(new QueuedMessage(notice.Envelope, SpoolDirectory.Incoming, notice.ContentOffset, notice.ContentLength));
        return true;
    }

    /// <summary>The scan found a file.</summary>
    private void Found(string id, string folder, long nextMicroseconds)
    {
        if (_draining || _known.Contains(id)) return;
        if (_deferred.Contains(QueueKey.Of(id)))
        {
            // somebody moved it (postsuper -r), or it was on its way to deferred when the folder was looked at: tried now, wherever it is
            if (folder != SpoolDirectory.Deferred) Defer(id, 0);
        }
        else if (folder == SpoolDirectory.Deferred) Defer(id, nextMicroseconds);
        else
        {
            _known.Add(id);
            Wait(id, folder);
        }
    }

    private void Wait(string id, string folder)
    {
        _waiting.Enqueue((id, folder));
        Admit();
    }

    /// <summary>Lets messages into the active queue while there is room.</summary>
    private void Admit()
    {
        const int atOnce = 50;
        while (!_draining && _reading < atOnce && _active.Count + _reading < _settings.ActiveLimit && _waiting.TryDequeue(out (string Id, string Folder) next))
        {
            _reading++;
            ReadAsync(next.Id, next.Folder).Detach();
        }
    }

    private async Task ReadAsync(string id, string folder)
    {
        (QueueFileStatus status, QueueFile? file, folder) = await _files.ReadAsync(folder, id);
        _reading--;
        switch (status)
        {
            case QueueFileStatus.Ok when !_draining:
                _active.Activate(new QueuedMessage(file!.Envelope, folder, file.ContentOffset, file.ContentLength) { MayHaveLogs = true });
                break;
            case QueueFileStatus.Failed:
                Log.Warning($"{id}: read queue file in {folder}: trying again later");
                _known.Remove(id);
                Defer(id, Now + (long)_settings.MinimalBackOff.TotalMicroseconds);
                break;
            default: // unfinished: its writer tells when it is done; missing or corrupt: not ours any more
                _known.Remove(id);
                break;
        }
        Admit();
    }

    // ---- waiting ---------------------------------------------------------------------------------------------------

    private long Now => QueueId.Microseconds(_loop.Time);

    private void Defer(string id, long nextMicroseconds)
    {
        _deferred.Set(QueueKey.Of(id), nextMicroseconds);
        ArmDueTimer();
    }

    private bool HasRoom => _waiting.Count < _settings.ActiveLimit;

    private void ArmDueTimer()
    {
        if (_draining || _deferred.FirstTime is not { } first) return;
        // at most a few seconds ahead, so that a step of the clock does no harm; not at once again while there is no room for what is due
        long wait = Math.Clamp(first - Now, HasRoom ? 0 : 100_000, 5_000_000);
        long at = _loop.NowMilliseconds + wait / 1000;
        if (_dueTimer != null && _dueAt <= at) return;
        _dueTimer?.Cancel();
        (_dueTimer, _dueAt) = (_loop.After(TimeSpan.FromMicroseconds(wait), RunDue), at);
    }

    private void RunDue()
    {
        const int atOnce = 200;
        _dueTimer = null;
        long now = Now;
        for (int i = 0; i < atOnce && HasRoom && _deferred.TryTakeDue(now, out QueueKey key); i++)
        {
            string id = key.ToString();
            if (_known.Add(id)) Wait(id, SpoolDirectory.Deferred);
        }
        ArmDueTimer();
    }

    private void Leave(string id)
    {
        _known.Remove(id);
        Admit();
        DrainedIfDone();
    }

    /// <summary>Makes deferred messages due now; all, or one. Says how many.</summary>
    public int Flush(string? id)
    {
        _active.Revive();
        List<QueueKey> keys = id == null ? [.. _deferred.All.Select(p => p.Key)] : _deferred.Contains(QueueKey.Of(id)) ? [QueueKey.Of(id)] : [];
        foreach (QueueKey key in keys) _deferred.Set(key, 0);
        ArmDueTimer();
        return keys.Count;
    }

    public void Rescan() => _scanner.ScanAll();

    public void Wakeup() => _scanner.ScanIncoming();

    // ---- end -------------------------------------------------------------------------------------------------------

    private Action? _drained;

    /// <summary>Starts no more deliveries; leaves when those that run have their outcomes. What is not done stays in the folders.</summary>
    public void Drain(Action done)
    {
        _draining = true;
        _drained = done;
        _active.Stop();
        foreach (LinkServer server in _servers) server.Leave();
        _loop.Every(TimeSpan.FromMilliseconds(50), DrainedIfDone);
    }

    private void DrainedIfDone()
    {
        if (_drained == null || _active.Running > 0 || _files.Pending > 0) return;
        Action done = _drained;
        _drained = null;
        _agents.Close();
        _notices.Close();
        _verify.Close();
        _loop.After(TimeSpan.FromMilliseconds(20), done);
    }
}

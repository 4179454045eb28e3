using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// qmgr as a daemon: learns of messages by cleanup's notices and by looking into the folders, keeps new ones waiting while the active
/// queue is full, deferred ones until they are due, and answers what is asked of it.
/// </summary>
internal sealed partial class QmgrService : IService
{
    private readonly EventLoop _loop;
    private readonly QmgrSettings _settings;
    private readonly AgentLinks _agents;
    private readonly ActiveQueue _active;
    private readonly DeferredIndex _deferred = new();
    private readonly AdmissionQueue _waiting;
    /// <summary>Ids that are waiting, being read or active; with true the old ones, which are tried again.</summary>
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly UnannouncedMessages _unannounced = new();
    private readonly QueueFiles _files;
    private readonly NoticeClient _notices;
    private readonly VerifyClient _verify;
    private readonly QueueScanner _scanner;
    private readonly FlushSites _sites;
    private readonly InFlow _inFlow;
    private readonly List<LinkServer> _servers = [];
    private int _reading, _parked;
    private bool _draining;

    public QmgrService(ServiceContext context)
    {
        _loop = context.Loop;
        _settings = new QmgrSettings(context.Config);
        _waiting = new AdmissionQueue(_settings.ActiveLimit);
        _inFlow = new InFlow(_settings.ActiveLimit);
        RecoverJournal(context.Spool);
        _files = new QueueFiles(_loop, context.Spool, MakeRemovals(context));
        _notices = new NoticeClient(_loop, context.Spool, context.Config.Get(BounceParams.BounceServiceName), _settings.IpcTimeout);
        _agents = new AgentLinks(_loop, context.Spool, _settings.DeliveryTimeout);
        _verify = new VerifyClient(_loop, context.Spool.SocketPath(true, context.Config.Get(VerifyParams.AddressVerifyServiceName)));
        _sites = new FlushSites(context.Config);
        string queueService = context.Config.Get(QmgrParams.QueueServiceName);
        FlushUsers = new UserList(context.Config.Get(PickupParams.AuthorizedFlushUsers));
        foreach (string problem in FlushUsers.Problems) Log.Warning($"authorized_flush_users: {problem}");
        RetrySchedule schedule = new(_loop, _settings, RetryMaps.Open(context.Config), _sites);
        ProbeReports probes = new(() => new Router(context.Config, RouteParameters.Probes), update => _verify.Tell(update));
        _active = new ActiveQueue(_loop, _settings, _files, _notices, schedule, (new Router(context.Config), probes),
            results => new Scheduler(_agents, context.Config, _settings, Scheduler.LimitsOf(context.Config), results))
        {
            Deferred = Deferred,
            Left = Leave,
            Parked = Park,
            Unparked = Unpark,
        };
        _successor = new Successor(_loop, context.Spool.SocketPath(false, queueService), _active);
        _predecessors = new Predecessors(_loop, context.Predecessors, _active.Scheduler, this);
        _scanner = new QueueScanner(_loop, context.Spool, Found, _sites, SitesRead);
        UserQuota users = new(UserLimits.From(context.Config, context.OpenFileLimit));
        foreach (int fd in context.Listeners)
        {
            LinkServer server = new(_loop, fd, _ => new ControlStream(this)) { Users = users };
            server.LinkAccepted = Accepted;
            _servers.Add(server);
        }
        Rescan();
        _loop.Every(_settings.QueueRunDelay, _scanner.ScanIncoming);
        WatchClock();
    }

    public int Active => _active.Count + _deferred.Count + _waiting.Count + _reading + _parked + _foundEarly.Count;

    /// <summary>The messages under delivery.</summary>
    public IEnumerable<QueuedMessage> ActiveMessages => _active.Messages;

    public DeferredIndex DeferredMessages => _deferred;

    public IEnumerable<Transport> Transports => _active.Scheduler.Transports;

    /// <summary>Who may ask for deliveries to be tried.</summary>
    public UserList FlushUsers { get; }

    /// <summary>The scheduler's clock, milliseconds, and the time of day, microseconds since 1970.</summary>
    public long Clock => _agents.NowMilliseconds;
    public long NowMicroseconds => QueueId.Microseconds(_loop.Time);

    /// <summary>Before the folders are looked at.</summary>
    private static void RecoverJournal(SpoolDirectory spool)
    {
        HashSet<string>? removed = null;
        JournalRecovery recovery = new(spool, id => (removed ??= RemovalLog.ReadAll(spool)).Contains(id));
        recovery.Run();
        foreach (string problem in recovery.Problems) Log.Warning($"journal: {problem}: trying again at the next start");
        if (recovery.Recovered > 0) Log.Warning($"journal: {recovery.Recovered} messages brought back after a failure of the machine");
    }

    private Removals? MakeRemovals(ServiceContext context) =>
        context.Config.Get(CommonParams.FileSyncMethod) == "journal"
        && RemovalLog.Claim(context.Spool) is { } log ? new Removals(_loop, log) : null;

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
        ReadOnlySpan<byte> protocol = AttributeDecoder.ProtocolOf(payload);
        if (!protocol.SequenceEqual(QueuedNotice.Protocol)) return HandedOver(link, payload, protocol);
        QueuedNotice notice = new();
        if (!AttributeDecoder.TryDecode(payload, notice) || !QueueId.IsValid(notice.Envelope.QueueId)) return false;
        string id = notice.Envelope.QueueId;
        _inFlow.Add(link);
        if (_unannounced.IsNoticed(id)) return true; // under way, or done already: a second round would look for a file that is gone
        if (_draining || _predecessors.Has(id) || !_known.TryAdd(id, false)) return true;
        if (notice.ReadFile || _active.Count >= _settings.ActiveLimit) Wait(id, SpoolDirectory.Incoming);
        else _active.Activate(new QueuedMessage(notice.Envelope, SpoolDirectory.Incoming, notice.Content) { Journal = notice.Journal });
        return true;
    }

    /// <summary>The scan found a file.</summary>
    private void Found(string id, string folder, long nextMicroseconds)
    {
        if (_draining || _known.ContainsKey(id) || _predecessors.Has(id)) return;
        if (_predecessors.IsAwaited && folder != SpoolDirectory.Deferred)
        {
            _foundEarly.Add((id, folder));
            return;
        }
        if (_deferred.Contains(QueueKey.Of(id)))
        {
            // somebody moved it (postsuper -r), or it was on its way to deferred when the folder was looked at: tried now, wherever it is
            if (folder != SpoolDirectory.Deferred) MakeDue(id);
        }
        else if (folder == SpoolDirectory.Deferred)
        {
            if (IsRequested(id)) Force(id);
            else Defer(id, nextMicroseconds);
        }
        else
        {
            _known.Add(id, false);
            if (folder == SpoolDirectory.Incoming) _unannounced.Add(id, _loop.NowMilliseconds);
            Wait(id, folder);
        }
    }

    /// <summary>It was asked for before the scan met it.</summary>
    private bool IsRequested(string id) => _requestedIds.Remove(id) || (_flushWhatIsFound && _scanner.IsReadingDeferred);

    private void Wait(string id, string folder)
    {
        _waiting.AddNew(id, folder);
        Admit();
    }

    /// <summary>Lets messages into the active queue while there is room.</summary>
    private void Admit()
    {
        const int atOnce = 50;
        while (!_draining && _reading < atOnce && _active.Count + _reading < _settings.ActiveLimit
            && _waiting.TryTake(out string id, out string folder, out bool isRetry, out bool forced))
        {
            _known[id] = isRetry;
            _reading++;
            ReadAsync(id, folder, forced).Detach();
        }
        _inFlow.Update(_waiting.NewCount);
    }

    private async Task ReadAsync(string id, string expected, bool forced)
    {
        (QueueFileStatus status, QueueFile? file, string folder) = await _files.ReadAsync(expected, id);
        _reading--;
        if (_unannounced.IsReadTooEarly(id, status == QueueFileStatus.Ok))
        {
            Wait(id, expected);
            return;
        }
        switch (status)
        {
            case QueueFileStatus.Ok when !_draining:
                _active.Activate(new QueuedMessage(file!.Envelope, folder, file.Content) { MayHaveLogs = true, Forced = forced });
                break;
            case QueueFileStatus.Failed:
                Log.Warning($"{id}: read queue file in {folder}: trying again later");
                Forget(id);
                Defer(id, NowMicroseconds + (long)_settings.MinimalBackOff.TotalMicroseconds);
                break;
            case QueueFileStatus.Ok:
                if (forced) PassOn([id]);
                Forget(id);
                break;
            default: // unfinished: its writer tells when it is done; missing or corrupt: not ours any more
                Forget(id);
                break;
        }
        Admit();
    }

    /// <summary>A message is active no more, without an outcome: too many wait where it goes.</summary>
    private void Park(QueuedMessage message)
    {
        Forget(message.Id);
        _known.Add(message.Id, false);
        _parked++;
        _loop.Post(Admit);
    }

    private void Unpark(ParkedMessage message)
    {
        _parked--;
        Wait(message.Id, message.Folder);
    }

    private void Forget(string id)
    {
        if (_known.Remove(id, out bool isRetry) && isRetry) _waiting.RetryOver();
    }

    private void Leave(QueuedMessage message)
    {
        Forget(message.Id);
        if (_draining) _successor.Left(message);
        Admit();
        if (_dueTimer == null) ArmDueTimer(); // there may be room for one that is due
        DrainedIfDone();
    }
}

using System.Runtime.InteropServices;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Master;

/// <summary>Runs all services: start, supervision, watchdog, reload, stop. One loop, no locks.</summary>
internal sealed class Supervisor(EventLoop loop, string directory, MailConfig config, List<ServiceEntry> entries)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15), KeyInterval = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Child> _children = [];
    private readonly ListenSockets _sockets = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly SystemdNotifier _systemd = new();
    private readonly KeyWatch _keys = new();
    private MailConfig _config = config;
    private List<ServiceEntry> _entries = entries;
    private bool _reloadFailed;

    public EventLoop Loop { get; } = loop;

    /// <summary>Gets a new modification time when a reload was applied or refused, for whoever waits for that; null: nobody does.</summary>
    public string? PidFile { get; init; }

    public bool Stopping { get; private set; }

    /// <summary>Binds everything and starts what runs from the beginning; an error text when that is impossible.</summary>
    public string? Start()
    {
        _sockets.TakeInherited();
        Log.Attach(Loop);
        SynchronizationContext.SetSynchronizationContext(Loop);
        On(PosixSignal.SIGTERM, Stop);
        On(PosixSignal.SIGINT, Stop);
        On(PosixSignal.SIGQUIT, Abort);
        On(PosixSignal.SIGHUP, Reload);
        On((PosixSignal)Libc.SIGUSR1, ReopenLogs);
        On(PosixSignal.SIGCHLD, Reap);
        if (Apply() is { } error) return error;
        LookForHung();
        _ = new RestWatch(Loop);
        Loop.Every(KeyInterval, LookAtKeys);
        Log.Info($"daemon started -- version {_config.Get(CommonParams.MailVersion)}, configuration {directory}");
        _systemd.Ready(Loop);
        return null;
    }

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, c =>
    {
        c.Cancel = true; // otherwise the default action follows
        Loop.Post(action);
    }));

    // ---- configuration ---------------------------------------------------------------------------------------------

    /// <summary>Makes the running services those of master.cf. Sockets that stay are not touched.</summary>
    private string? Apply()
    {
        Dictionary<string, (ServiceEntry Entry, CommandRow Row, List<ListenSocket> Sockets)> wanted = new(StringComparer.Ordinal);
        foreach (ServiceEntry entry in _entries)
        {
            CommandRow? row = CommandTable.Find(entry.Command);
            if (row?.Program == null || IsDisabled(entry) || entry.Type == ServiceType.Pass) continue;
            if (!File.Exists(Path.Combine(_config.Get(MasterParams.DaemonDirectory), row.Program))) continue;
            List<ListenSocket>? sockets = _sockets.Open(entry, _config, out string error);
            if (sockets == null) return error;
            wanted[$"{entry.Name}/{entry.Type}"] = (entry, row, sockets);
        }
        foreach (Service service in _services.Values.Where(s => !wanted.ContainsKey(s.Key)).ToArray()) Remove(service);
        _sockets.CloseAllBut(wanted.Values.SelectMany(w => w.Sockets).ToHashSet());
        _keys.Forget();
        foreach ((string key, (ServiceEntry entry, CommandRow row, List<ListenSocket> sockets)) in wanted)
        {
            MailConfig own = ConfigFor(entry);
            _keys.Add(key, entry, own);
            TimeSpan patience = Watchdog.PatienceFor(own, entry.Command);
            if (!_services.TryGetValue(key, out Service? service))
            {
                service = new Service(this, entry, row) { Sockets = sockets, Patience = patience };
                _services[key] = service;
                if (entry.WakeupSeconds > 0) StartWakeups(service);
                service.Begin(row.Boot);
                continue;
            }
            service.Unwatch();
            (service.Entry, service.Sockets, service.Patience) = (entry, sockets, patience);
            Replace(service);
        }
        return null;
    }

    /// <summary>What holds for a service, with its own settings (-o) and names. Read when the configuration is applied, and not kept.</summary>
    private MailConfig ConfigFor(ServiceEntry entry) => entry.Overrides.Count == 0 && !_keys.Concerns(entry)
        ? _config
        : MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command).Config;

    /// <summary>The longest that a service which fails at once waits before it is started again.</summary>
    public TimeSpan LongestBackOff => _config.Get(MasterParams.ServiceThrottleTime);

    private bool IsDisabled(ServiceEntry entry) =>
        MailConfig.SplitList(_config.Get(MasterParams.MasterServiceDisable)).Any(d =>
            d == entry.Type || d == $"{entry.Name}/{entry.Type}" || d == $"{entry.Name}.{entry.Type}");

    private void Remove(Service service)
    {
        service.Removed = true;
        service.Unwatch();
        _services.Remove(service.Key);
        foreach (Child child in service.Children) Drain(child);
    }

    /// <summary>New processes with the new configuration first, then the old ones finish; one that owns files alone is replaced after it has left.</summary>
    private static void Replace(Service service)
    {
        Child[] old = [.. service.Children.Where(c => !c.Leaving)];
        foreach (Child child in old) child.Leaving = true;
        if (!service.Row.Exclusive && old.Length > 0) service.StartChildren();
        else if (old.Length == 0) service.Begin(service.Row.Boot);
        foreach (Child child in old) child.Status?.Send(StatusKind.Drain);
    }

    private static void Drain(Child child)
    {
        child.Leaving = true;
        child.Status?.Send(StatusKind.Drain);
    }

    private void StartWakeups(Service service)
    {
        Loop.Every(TimeSpan.FromSeconds(service.Entry.WakeupSeconds), () =>
        {
            if (service.Removed || Stopping) return;
            if (service.Children.Count == 0 && (service.WasUsed || !service.Entry.WakeupOnlyIfUsed)) service.StartChildren();
            foreach (Child child in service.Children.Where(c => c.Ready && !c.Leaving)) child.Status?.Send(StatusKind.Wakeup);
        });
    }

    private void Reload()
    {
        if (Stopping) return;
        _systemd.Reloading();
        ConfigResult loaded = MailConfig.Load(directory, null, "", "master");
        List<ConfigProblem> problems = [.. loaded.Problems];
        List<ServiceEntry> services = MasterCf.Load(directory, problems);
        ConfigProblem? bad = problems.Find(p => p.Severity == Severity.Error);
        if (bad != null) Log.Error($"reload refused, the running configuration goes on: {bad}");
        else
        {
            (MailConfig config, List<ServiceEntry> entries) = (_config, _entries);
            (_config, _entries) = (loaded.Config, services);
            Logging.Start(_config, "master");
            if (Apply() is { } error)
            {
                Log.Error($"reload refused, the running configuration goes on: {error}");
                (_config, _entries) = (config, entries);
                _reloadFailed = true;
            }
            else
            {
                _reloadFailed = false;
                Log.Info($"reload -- version {_config.Get(CommonParams.MailVersion)}, configuration {directory}");
            }
        }
        _systemd.Status(bad != null || _reloadFailed ? "running; the last reload was refused" : "running");
        _systemd.Reloaded();
        if (PidFile == null) return;
        Log.Flush();
        _ = Libc.SetModified(PidFile, QueueId.Microseconds());
    }

    private void LookAtKeys()
    {
        if (!Stopping) _keys.Look(key =>
        {
            if (_services.TryGetValue(key, out Service? service)) Replace(service);
        });
    }

    private void ReopenLogs()
    {
        Log.Reopen();
        foreach (Child child in _children.Values) child.Status?.Send(StatusKind.ReopenLog);
    }

    // ---- processes -------------------------------------------------------------------------------------------------

    public string ProgramPath(Service service) => Path.Combine(_config.Get(MasterParams.DaemonDirectory), service.Row.Program!);

    public int ProcessesFor(ServiceEntry entry) => entry.MaxProc == 1 ? 1 : _config.Get(MasterParams.ServiceProcesses);

    /// <summary>Starts one process of a service; false when the system refuses.</summary>
    public bool Spawn(Service service)
    {
        if (!Libc.TrySocketPair(out int ours, out int theirs)) return false;
        ServiceEntry entry = service.Entry;
        string program = ProgramPath(service);
        int limit = entry.MaxProc ?? _config.Get(MasterParams.DefaultProcessLimit);
        List<string> argv = HostOptions.Write(program, directory, entry.Name, entry.Command, service.Sockets.Count, limit, entry.Verbosity > 0,
            entry.Overrides, entry.Attributes, service.Children.Count(c => c.Leaving));
        int devNull = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        // standard output stays where ours goes (maillog_file = /dev/stdout), errors of the runtime too
        int pid = Libc.Spawn(program, argv, ChildEnvironment.Build(_config, directory), null, [devNull, 1, 2], [theirs, .. service.Sockets.Select(s => s.Fd)]);
        _ = Libc.Close(devNull);
        _ = Libc.Close(theirs);
        if (pid < 0)
        {
            Log.Error($"start {program}: {Libc.ErrorText(-pid)}");
            _ = Libc.Close(ours);
            return false;
        }
        _ = Libc.Fcntl(ours, Libc.F_SETFL, Libc.O_RDWR | Libc.O_NONBLOCK);
        Child child = new(service, pid) { Started = Loop.NowMilliseconds, LastHeard = Loop.NowMilliseconds, Patience = service.Patience };
        child.Status = new StatusChannel(Loop, ours, (kind, value) => Heard(child, kind, value), () => { });
        _children[pid] = child;
        service.Children.Add(child);
        return true;
    }

    private void Heard(Child child, StatusKind kind, int value)
    {
        child.LastHeard = Loop.NowMilliseconds;
        switch (kind)
        {
            case StatusKind.Ready:
                child.Ready = true;
                // an answer to a drain that overtook the start
                if (child.Leaving) child.Status?.Send(StatusKind.Drain);
                break;
            case StatusKind.Busy:
                child.Busy = Math.Max(0, value);
                child.Served |= value > 0;
                break;
            case StatusKind.Leaving:
                child.Service.ChildLeaves(child);
                break;
            default: break;
        }
    }

    private void Reap()
    {
        foreach (Child child in _children.Values.ToArray())
        {
            if (Libc.WaitPid(child.Pid, out int status, Libc.WNOHANG) != child.Pid) continue;
            _children.Remove(child.Pid);
            child.Status?.Close();
            int code = Libc.ExitCode(status);
            if (code != 0 && !(Stopping && code < 0)) Log.Warning($"process {ProgramPath(child.Service)} pid {child.Pid} {(code > 0 ? $"exit status {code}" : $"killed by signal {Libc.ExitSignal(status)}")}");
            // one that got ready and ran for a moment did start well, whatever ended it
            child.Served |= child.Ready && Loop.NowMilliseconds - child.Started > 1_000;
            child.Service.Ended(child, clean: code == 0);
        }
        if (Stopping && _children.Count == 0) Loop.Stop();
    }

    private void LookForHung()
    {
        foreach (Child child in _children.Values)
        {
            if (Loop.NowMilliseconds - child.LastHeard < child.Patience.TotalMilliseconds) continue;
            Log.Error($"process {ProgramPath(child.Service)} pid {child.Pid} does not answer: killed");
            child.LastHeard = Loop.NowMilliseconds;
            _ = Libc.Kill(child.Pid, Libc.SIGKILL);
        }
        Loop.After(Watchdog.IntervalFor(_children.Count == 0 ? TimeSpan.MaxValue : _children.Values.Min(c => c.Patience)), LookForHung);
    }

    // ---- end -------------------------------------------------------------------------------------------------------

    private void Stop()
    {
        if (Stopping) return;
        Stopping = true;
        Log.Info($"terminating on signal {Libc.SIGTERM}");
        _systemd.Stopping();
        foreach (Service service in _services.Values) service.Unwatch();
        foreach (Child child in _children.Values) child.Status?.Send(StatusKind.Drain, 1);
        if (_children.Count == 0) Loop.Stop();
        Loop.After(StopPatience, Abort);
    }

    private void Abort()
    {
        Stopping = true;
        foreach (Child child in _children.Values) _ = Libc.Kill(child.Pid, Libc.SIGKILL);
        if (_children.Count == 0) Loop.Stop();
    }
}

using System.Runtime.InteropServices;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Master;

/// <summary>Runs all services: start, supervision, watchdog, reload, stop. One loop, no locks.</summary>
/// <param name="accepted">The configuration at the start. The supervisor owns it.</param>
/// <param name="folder">Where results of reloads are left for whoever waits for them; null: nobody does.</param>
internal sealed class Supervisor(EventLoop loop, string directory, AcceptedConfig accepted, FolderHandle? folder)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15), AbortPatience = TimeSpan.FromSeconds(5),
        KeyInterval = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Child> _children = [];
    private readonly ListenSockets _sockets = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly SystemdNotifier _systemd = new();
    private readonly KeyWatch _keys = new();
    private AcceptedConfig _accepted = accepted;
    private Reloader? _reloader;
    private ChildReaper? _reaper;

    public EventLoop Loop { get; } = loop;

    /// <summary>The configuration in force.</summary>
    public MailConfig Config => _accepted.Main;

    public bool Stopping { get; private set; }

    /// <summary>Binds everything and starts what runs from the beginning; an error text when that is impossible.</summary>
    public string? Start()
    {
        _sockets.TakeInherited();
        Log.Attach(Loop);
        SynchronizationContext.SetSynchronizationContext(Loop);
        _reaper = new ChildReaper(Loop, Ended);
        _reloader = new Reloader(Loop, directory, folder, _systemd, this);
        On(PosixSignal.SIGTERM, Stop);
        On(PosixSignal.SIGINT, Stop);
        On(PosixSignal.SIGQUIT, Abort);
        On(PosixSignal.SIGHUP, Reload);
        On((PosixSignal)Libc.SIGUSR1, ReopenLogs);
        if (!TryApply(_accepted, out string error)) return error;
        LookForHung();
        _ = new RestWatch(Loop);
        Loop.Every(KeyInterval, LookAtKeys);
        Log.Info($"daemon started -- version {Config.Get(CommonParams.MailVersion)}, configuration {directory}");
        _systemd.Ready(Loop);
        return null;
    }

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, c =>
    {
        c.Cancel = true; // otherwise the default action follows
        Loop.Post(action);
    }));

    // ---- configuration ---------------------------------------------------------------------------------------------

    /// <summary>Puts a configuration in force as a whole, or changes nothing and says why. Sockets that stay are not touched.</summary>
    public bool TryApply(AcceptedConfig next, out string error)
    {
        ServicePlan? plan = ServicePlan.TryMake(next, directory, _sockets, out error);
        if (plan == null) return false;
        bool isNew = next != _accepted;
        if (isNew) _accepted.Dispose();
        _accepted = next;
        _accepted.LeaveCopy();
        if (isNew) Logging.Start(Config, "master");
        HashSet<string> wanted = [.. plan.Services.Select(s => s.Key)];
        foreach (Service service in _services.Values.Where(s => !wanted.Contains(s.Key)).ToArray()) Remove(service);
        foreach (Service service in _services.Values) service.Unwatch();
        plan.Sockets.Commit();
        _keys.Forget();
        foreach (PlannedService planned in plan.Services) Run(planned);
        return true;
    }

    private void Run(PlannedService planned)
    {
        MailConfig own = ConfigFor(planned.Entry);
        _keys.Add(planned.Key, planned.Entry, own);
        TimeSpan patience = Watchdog.PatienceFor(own, planned.Entry.Command);
        if (_services.TryGetValue(planned.Key, out Service? service))
        {
            (service.Entry, service.Row, service.Sockets, service.Patience) = (planned.Entry, planned.Row, planned.Sockets, patience);
            Replace(service);
            return;
        }
        _services[planned.Key] = service = new Service(this, planned.Entry, planned.Row) { Sockets = planned.Sockets, Patience = patience };
        if (planned.Entry.WakeupSeconds > 0) StartWakeups(service);
        service.Begin(planned.Row.Boot);
    }

    /// <summary>
    /// What holds for a service, with its own settings (-o) and names. Read when the configuration is applied, and not kept.
    /// </summary>
    private MailConfig ConfigFor(ServiceEntry entry) => entry.Overrides.Count == 0 && !_keys.Concerns(entry)
        ? Config
        : MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command, files: _accepted.Files).Config;

    /// <summary>The longest that a service which fails at once waits before it is started again.</summary>
    public TimeSpan LongestBackOff => Config.Get(MasterParams.ServiceThrottleTime);

    private void Remove(Service service)
    {
        service.Removed = true;
        service.Unwatch();
        _services.Remove(service.Key);
        foreach (Child child in service.Children) Drain(child);
    }

    /// <summary>
    /// New processes with the new configuration first, then the old ones finish; one that owns files alone is replaced after it has left.
    /// </summary>
    private static void Replace(Service service)
    {
        Child[] old = [.. service.Children.Where(c => !c.Leaving)];
        foreach (Child child in old) child.Leaving = true;
        service.Forgive();
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
        if (!Stopping) _reloader!.Begin();
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

    public string ProgramPath(Service service) => Path.Combine(Config.Get(MasterParams.DaemonDirectory), service.Row.Program!);

    public int ProcessesFor(ServiceEntry entry) => entry.MaxProc == 1 ? 1 : Config.Get(MasterParams.ServiceProcesses);

    /// <summary>Starts one process of a service; false when the system refuses.</summary>
    public bool Spawn(Service service)
    {
        if (!Libc.TrySocketPair(out int ours, out int theirs)) return false;
        ServiceEntry entry = service.Entry;
        string program = ProgramPath(service);
        int limit = entry.MaxProc ?? Config.Get(MasterParams.DefaultProcessLimit);
        List<string> argv =
            HostOptions.Write(program, directory, entry.Name, entry.Command, service.Sockets.Count, limit, entry.Verbosity > 0,
            entry.Overrides, entry.Attributes, HostOptions.FirstListenerFd + service.Sockets.Count, service.Children.Count(c => c.Leaving));
        int devNull = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        // standard output stays where ours goes (maillog_file = /dev/stdout), errors of the runtime too
        int pid = Libc.Spawn(program, argv, ChildEnvironment.Build(Config, directory), null, [devNull, 1, 2],
            [theirs, .. service.Sockets.Select(s => s.Fd), _accepted.Fd]);
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
        ChildStarted();
        return true;
    }

    /// <summary>A child was started that is to be waited for.</summary>
    public void ChildStarted() => _reaper!.Started();

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

    /// <summary>A child has ended and was reaped: one of ours, the check of a configuration, or (as process 1) an orphan.</summary>
    private void Ended(int pid, int status)
    {
        if (_reloader!.Ended(pid, status) || !_children.Remove(pid, out Child? child)) return;
        child.Status?.Close();
        int code = Libc.ExitCode(status);
        if (code != 0 && !(Stopping && code < 0))
        {
            string how = code > 0 ? $"exit status {code}" : $"killed by signal {Libc.ExitSignal(status)}";
            Log.Warning($"process {ProgramPath(child.Service)} pid {pid} {how}");
        }
        // one that got ready and ran for a moment did start well, whatever ended it
        child.Served |= child.Ready && Loop.NowMilliseconds - child.Started > 1_000;
        child.Service.Ended(child, clean: code == 0);
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
        // a process that the system does not let end keeps nobody waiting
        else Loop.After(AbortPatience, Loop.Stop);
    }
}

using System.Runtime.InteropServices;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tls;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// The one frame around every daemon: command line, configuration, log, rights, event loop, readiness, watchdog, draining. Exit status
/// 0 done, 78 bad configuration, 75 try later, 70 bug.
/// </summary>
public sealed class ServiceHost
{
    /// <summary>How long what is under way may take once the daemon is told to stop at once.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private readonly ServiceSpec _spec;
    private readonly HostOptions _options;
    /// <summary>
    /// Set to "portable" (main.cf: <c>import_environment = MTASUITE_EVENT_LOOP=portable</c>) a daemon runs without epoll.
    /// </summary>
    private const string LoopVariable = "MTASUITE_EVENT_LOOP";
    private readonly EventLoop _loop = new(portable: Environment.GetEnvironmentVariable(LoopVariable) == "portable");
    private readonly List<PosixSignalRegistration> _signals = [];
    private IService? _service;
    private StatusChannel? _status;
    private bool _draining;
    private int _busy;
    private long _idleSince;
    private TimeSpan _maxIdle;
    private long _openFileLimit;

    private ServiceHost(ServiceSpec spec, HostOptions options) => (_spec, _options) = (spec, options);

    /// <summary>Runs a daemon to its end and returns its exit status.</summary>
    public static int Run(string[] args, ServiceSpec spec)
    {
        HostOptions? options = HostOptions.Parse(args);
        if (options is not { Help: false })
        {
            _ = FileIO.WriteAll(options == null ? 2 : 1, System.Text.Encoding.UTF8.GetBytes(spec.Manual));
            return options == null ? ExitCode.Usage : ExitCode.Ok;
        }
        if (Sockets.GetSocketOption(HostOptions.StatusFd, Sockets.SOL_SOCKET, Sockets.SO_TYPE) < 0)
        {
            _ = FileIO.WriteAll(2, System.Text.Encoding.UTF8.GetBytes(
                $"{spec.Name}: this program is started by master (see mtasuite start)\n"));
            return ExitCode.Usage;
        }
        return Guarded(new ServiceHost(spec, options).Run);
    }

    /// <summary>Runs a process to its end; its exit status.</summary>
    internal static int Guarded(Func<int> run)
    {
        try { return run(); }
        catch (Exception e) // the one place: a bug is logged, the process ends, master starts another
        {
            Log.Log.Panic($"{e}");
            Log.Log.Flush();
            return ExitCode.Software;
        }
    }

    private int Run()
    {
        if (!AcceptedFiles.TryUse(_options.AcceptedFd))
            return Fatal(ExitCode.Configuration, $"the accepted configuration cannot be read: {Errno.Text()}");
        ConfigResult loaded = MailConfig.Load(_options.ConfigDirectory, _options.Overrides, _options.Service, _spec.Name);
        MailConfig config = loaded.Config;
        Logging.Start(config, _options.Command.Length > 0 ? _options.Command : _spec.Name, _options.Verbose);
        TlsLibrary.Choose(config);
        TcpWindow.Bytes = config.Get(CommonParams.TcpWindowsize);
        LinkClient.Timeout = config.Get(CommonParams.IpcTimeout);
        foreach (ConfigProblem problem in loaded.Problems) Log.Log.Warning($"{problem}");
        if (!loaded.Ok) return Fatal(ExitCode.Configuration, "bad configuration");
        if (Paths.ChDir(config.Get(CommonParams.QueueDirectory)) != 0)
            return Fatal(ExitCode.Configuration, $"open {config.Get(CommonParams.QueueDirectory)}: {Errno.Text()}");
        _openFileLimit = ResourceLimits.RaiseOpenFileLimit();
        _ = Paths.UMask(FileModes.GroupAndOthers);
        ServiceContext context = MakeContext(config);
        if (_spec.BeforeDrop?.Invoke(context) is { } problemText) return Fatal(ExitCode.Configuration, problemText);
        if (!DropRights(_spec, config, out string error)) return Fatal(ExitCode.Configuration, error);
        Serve(context);
        Log.Log.Flush();
        return ExitCode.Ok;
    }

    private ServiceContext MakeContext(MailConfig config)
    {
        int[] listeners = new int[_options.Listeners];
        for (int i = 0; i < listeners.Length; i++) listeners[i] = HostOptions.FirstListenerFd + i;
        for (int fd = HostOptions.StatusFd; fd < HostOptions.FirstListenerFd + listeners.Length; fd++)
            _ = FileIO.Fcntl(fd, FileIO.F_SETFD, FileIO.FD_CLOEXEC);
        return new ServiceContext
        {
            Loop = _loop,
            Config = config,
            Spool = new SpoolDirectory("."),
            ServiceName = _options.Service,
            Command = _options.Command,
            Listeners = listeners,
            MaxProc = _options.MaxProc,
            Predecessors = _options.Predecessors,
            Attributes = _options.Attributes,
            StartedAsRoot = Credentials.GetEUid() == 0,
            OpenFileLimit = _openFileLimit,
        };
    }

    /// <summary>Gives up root's rights where the service has to; false with the reason why that cannot be.</summary>
    internal static bool DropRights(ServiceSpec spec, MailConfig config, out string error)
    {
        error = "";
        if (spec.Rights != Rights.MailOwner || Credentials.GetEUid() != 0) return true;
        string owner = config.Get(CommonParams.MailOwner);
        if (UserDatabase.Find(owner, out Account? account) != 0 || account == null)
            error = $"mail_owner {owner}: no such account";
        else if (!Credentials.DropPrivileges(owner, account.Uid, account.Gid))
            error = $"become {owner}: {Errno.Text()}";
        return error.Length == 0;
    }

    private void Serve(ServiceContext context)
    {
        _maxIdle = context.Config.Get(MasterParams.MaxIdle);
        _idleSince = Environment.TickCount64;
        Log.Log.Attach(_loop);
        LimitedWarning exhausted = new(_loop);
        Listener.Exhausted = error =>
            exhausted.Add($"accept a connection: {Errno.Text(error)}: waiting for a second (limit: {_openFileLimit} descriptors)");
        SynchronizationContext.SetSynchronizationContext(_loop);
        _ = FileIO.Fcntl(HostOptions.StatusFd, FileIO.F_SETFL, FileIO.O_RDWR | FileIO.O_NONBLOCK);
        _status = new StatusChannel(_loop, HostOptions.StatusFd, OnMaster, MasterLost);
        On(PosixSignal.SIGTERM, () => Drain(stop: true));
        On(PosixSignal.SIGINT, () => Drain(stop: true));
        On(PosixSignal.SIGHUP, () => { });
        _service = _spec.Start(context);
        _status.Send(StatusKind.Ready);
        _ = new IdleWatch(_loop, CheckIdle);
        _loop.Every(Watchdog.IntervalFor(Watchdog.TimeoutFor(context.Config, context.Command)), () =>
        {
            _status.Send(StatusKind.Alive);
            CheckIdle();
        });
        _loop.Run();
    }

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, c =>
    {
        c.Cancel = true; // otherwise the default action follows
        _loop.Post(action);
    }));

    private void OnMaster(StatusKind kind, int value)
    {
        switch (kind)
        {
            case StatusKind.Drain: Drain(stop: value != 0); break;
            case StatusKind.Wakeup: _service?.Wakeup(); break;
            case StatusKind.ReopenLog: Log.Log.Reopen(); break;
            case StatusKind.Abort: _loop.Stop(); break;
            default: break;
        }
    }

    private void MasterLost()
    {
        Log.Log.Warning($"master is gone: stopping");
        Drain(stop: true);
    }

    /// <summary>With <paramref name="stop"/> what is not done after a while is abandoned; otherwise sessions may take their time.</summary>
    private void Drain(bool stop)
    {
        if (stop) _loop.After(StopTimeout, _loop.Stop);
        if (!_draining)
        {
            _draining = true;
            _status?.Send(StatusKind.Leaving);
            if (_service == null) _loop.Stop();
            else _service.Drain(_loop.Stop);
        }
        if (stop) _service?.Stop();
    }

    private void CheckIdle()
    {
        int active = _service!.Active;
        if (active != _busy) _status!.Send(StatusKind.Busy, active);
        _busy = active;
        if (active > 0) _idleSince = Environment.TickCount64;
        else if (!_spec.Resident && Environment.TickCount64 - _idleSince > _maxIdle.TotalMilliseconds) Drain(stop: false);
    }

    /// <summary>Logs why the process cannot go on, and returns its exit status.</summary>
    internal static int Fatal(int code, string text)
    {
        Log.Log.Fatal($"{text}");
        Log.Log.Flush();
        return code;
    }
}

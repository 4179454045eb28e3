using System.Runtime.InteropServices;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// The frame around a daemon that serves without master, for other mail systems: it binds its own sockets, stays in the foreground and
/// ends on SIGTERM and SIGINT; SIGHUP opens the log file again. Needs no spool. Exit status as of <see cref="ServiceHost"/>.
/// </summary>
public sealed class StandaloneHost
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);
    private readonly ServiceSpec _spec;
    private readonly StandaloneOptions _options;
    private readonly EventLoop _loop = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private IService? _service;
    private bool _draining;

    private StandaloneHost(ServiceSpec spec, StandaloneOptions options) => (_spec, _options) = (spec, options);

    /// <summary>Runs a daemon to its end and returns its exit status.</summary>
    public static int Run(string[] args, ServiceSpec spec)
    {
        StandaloneOptions? options = StandaloneOptions.Parse(args, out string problem);
        if (options == null)
        {
            _ = FileIO.WriteAll(2, Encoding.UTF8.GetBytes($"{spec.Name}: {problem}\n"));
            return ExitCode.Usage;
        }
        return ServiceHost.Guarded(new StandaloneHost(spec, options).Run);
    }

    private int Run()
    {
        ConfigResult loaded = MailConfig.Load(_options.ConfigDirectory, _options.Overrides, _spec.Name, _spec.Name);
        MailConfig config = loaded.Config;
        Logging.Start(config, _spec.Name, _options.Verbose);
        foreach (ConfigProblem problem in loaded.Problems) Log.Log.Warning($"{problem}");
        if (!loaded.Ok) return Fail("bad configuration");
        if (Paths.ChDir("/") != 0) return Fail($"open /: {Errno.Text()}");
        long openFiles = ResourceLimits.RaiseOpenFileLimit();
        _ = Paths.UMask(FileModes.GroupAndOthers);
        if (Listen(config, out int[] listeners) is { } trouble) return Fail(trouble);
        ServiceContext context = Context(config, listeners, openFiles);
        if (_spec.BeforeDrop?.Invoke(context) is { } text) return Fail(text);
        if (!ServiceHost.DropRights(_spec, config, out string error)) return Fail(error);
        Serve(context);
        Log.Log.Flush();
        return ExitCode.Ok;
    }

    /// <summary>A person who starts it by hand sees why it does not run.</summary>
    private int Fail(string text)
    {
        _ = FileIO.WriteAll(2, Encoding.UTF8.GetBytes($"{_spec.Name}: {text}\n"));
        return ServiceHost.Fatal(ExitCode.Configuration, text);
    }

    private string? Listen(MailConfig config, out int[] listeners)
    {
        listeners = new int[_options.Listeners.Count];
        string name = config.Get(CommonParams.MailOwner);
        Account? owner = null;
        if (_spec.Rights == Rights.MailOwner && Credentials.GetEUid() == 0
            && (UserDatabase.Find(name, out owner) != 0 || owner == null)) return $"mail_owner {name}: no such account";
        for (int i = 0; i < listeners.Length; i++)
        {
            FileDescriptor? socket = StandaloneSocket.TryListen(_options.Listeners[i], owner, _options.SocketGroup, out string problem);
            if (socket == null) return problem;
            listeners[i] = socket.Release();
        }
        return null;
    }

    private ServiceContext Context(MailConfig config, int[] listeners, long openFiles) => new()
    {
        Loop = _loop,
        Config = config,
        Spool = new SpoolDirectory("."),
        ServiceName = _spec.Name,
        Command = _spec.Name,
        Listeners = listeners,
        MaxProc = 0,
        Attributes = [],
        StartedAsRoot = Credentials.GetEUid() == 0,
        OpenFileLimit = openFiles,
    };

    private void Serve(ServiceContext context)
    {
        Log.Log.Attach(_loop);
        LimitedWarning exhausted = new(_loop);
        Listener.Exhausted = error => exhausted.Add($"accept a connection: {Errno.Text(error)}: waiting for a second");
        SynchronizationContext.SetSynchronizationContext(_loop);
        On(PosixSignal.SIGTERM, Drain);
        On(PosixSignal.SIGINT, Drain);
        On(PosixSignal.SIGHUP, Log.Log.Reopen);
        _service = _spec.Start(context);
        _ = new IdleWatch(_loop);
        Log.Log.Info($"serving on {string.Join(", ", _options.Listeners.Select(l => l.IsUnix ? l.Path : $"{l.Host}:{l.Port}"))}");
        _loop.Run();
    }

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, c =>
    {
        c.Cancel = true; // otherwise the default action follows
        _loop.Post(action);
    }));

    private void Drain()
    {
        if (_draining) return;
        _draining = true;
        _loop.After(s_stopTimeout, _loop.Stop);
        _service!.Drain(_loop.Stop);
        _service.Stop();
    }
}

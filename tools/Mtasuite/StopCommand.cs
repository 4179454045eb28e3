using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Signals to a running master.</summary>
internal static class StopCommand
{
    /// <summary>Longer than master gives its daemons before it kills them.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Longer than master gives the check of a configuration.</summary>
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(120);

    public static int Stop(Instance instance) => End(instance, Signals.SIGTERM);

    public static int Abort(Instance instance) => End(instance, Signals.SIGQUIT);

    /// <summary>master checks the configuration, uses it or does not, and leaves the result.</summary>
    public static int Reload(Instance instance)
    {
        long asked = ReloadResult.Now;
        int status = Signal(instance, Signals.SIGHUP, out int pid);
        if (status != 0) return status;
        for (long end = Environment.TickCount64 + (long)ReloadTimeout.TotalMilliseconds; Environment.TickCount64 < end; Instance.Pause(5))
        {
            // looked for first: a master that ends may have left a result just before
            bool ended = instance.FindMaster() == 0;
            if (instance.ResultSince(asked) is { } result) return Tell(result);
            if (ended) return Tool.Fatal(1, $"master (process {pid}) has ended; see the log");
        }
        return Tool.Fatal(ExitCode.TryLater,
            $"master (process {pid}) has not answered within {ReloadTimeout.TotalSeconds:0} seconds; see the log");
    }

    private static int Tell(ReloadResult result)
    {
        if (result.Status == ExitCode.Ok) return ExitCode.Ok;
        foreach (string line in result.Reason.Split('\n')) Tool.Complain($"error: {line}");
        return Tool.Fatal(result.Status, "not reloaded: the old configuration stays in use");
    }

    private static int End(Instance instance, int signal)
    {
        using ProcessHandle? master = Open(instance, out int failed);
        if (master == null) return failed;
        if (Send(master, signal) is var status and not 0) return status;
        if (instance.WaitUntilGone(signal == Signals.SIGQUIT ? AbortTimeout : StopTimeout)) return ExitCode.Ok;
        // without master its daemons go as well
        if (signal == Signals.SIGQUIT && master.Send(Signals.SIGKILL) == 0 && instance.WaitUntilGone(StopTimeout)) return ExitCode.Ok;
        return Tool.Fatal(ExitCode.TryLater, $"master (process {master.Pid}) is still there after {StopTimeout.TotalSeconds:0} seconds");
    }

    /// <summary>0 when the signal was sent.</summary>
    internal static int Signal(Instance instance, int signal, out int pid)
    {
        using ProcessHandle? master = Open(instance, out int failed);
        pid = master?.Pid ?? 0;
        return master == null ? failed : Send(master, signal);
    }

    private static ProcessHandle? Open(Instance instance, out int status)
    {
        ProcessHandle? master = instance.OpenMaster(out int found);
        status = master != null ? 0 : Tool.Fatal(1, found < 0 ? Instance.Unknown(found) : "the mail system is not running");
        return master;
    }

    private static int Send(ProcessHandle master, int signal) =>
        master.Send(signal) is var error and not 0 ? Tool.Fatal(1, $"signal master (process {master.Pid}): {Errno.Text(error)}") : 0;
}

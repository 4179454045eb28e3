using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Signals to a running master.</summary>
internal static class StopCommand
{
    /// <summary>Longer than master gives its daemons before it kills them.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReloadPatience = TimeSpan.FromSeconds(10);

    public static int Stop(Instance instance) => End(instance, Libc.SIGTERM);

    public static int Abort(Instance instance) => End(instance, Libc.SIGQUIT);

    public static int Reload(Instance instance)
    {
        if (!CheckCommand.Accepts(instance)) return Tool.Fatal(ExitCode.Configuration, "not reloaded: the mail system goes on with its old configuration");
        DateTimeOffset before = instance.LastApplied();
        int status = Signal(instance, Libc.SIGHUP, out int pid);
        if (status == 0 && !instance.WaitUntilApplied(before, ReloadPatience)) Tool.Complain($"master (process {pid}) has not reloaded yet");
        return status;
    }

    private static int End(Instance instance, int signal)
    {
        int status = Signal(instance, signal, out int pid);
        if (status != 0) return status;
        if (instance.WaitUntilGone(signal == Libc.SIGQUIT ? AbortPatience : StopPatience)) return ExitCode.Ok;
        // without master its daemons go as well
        if (signal == Libc.SIGQUIT && Libc.Kill(pid, Libc.SIGKILL) == 0 && instance.WaitUntilGone(StopPatience)) return ExitCode.Ok;
        return Tool.Fatal(ExitCode.TryLater, $"master (process {pid}) is still there after {StopPatience.TotalSeconds:0} seconds");
    }

    /// <summary>0 when the signal was sent.</summary>
    internal static int Signal(Instance instance, int signal, out int pid)
    {
        pid = instance.FindMaster();
        if (pid == 0) return Tool.Fatal(1, "the mail system is not running");
        if (pid < 0) return Tool.Fatal(1, $"cannot tell whether the mail system is running: {Libc.ErrorText(-pid)}");
        return Libc.Kill(pid, signal) == 0 ? 0 : Tool.Fatal(1, $"signal master (process {pid}): {Libc.ErrorText()}");
    }
}

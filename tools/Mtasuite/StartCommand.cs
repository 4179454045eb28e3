using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Starts master, in the background or in place of this process.</summary>
internal static class StartCommand
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    public static int Start(Instance instance)
    {
        if (Prepare(ref instance, out int accepted) is var status and not 0) return status;
        if (Libc.Pipe(out int read, out int write) != 0) return Tool.Fatal(ExitCode.OsError, $"pipe: {Libc.ErrorText()}");
        int nothing = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        int pid = Libc.Spawn(instance.MasterProgram, [instance.MasterProgram, "-c", instance.ConfigDirectory, "-n", "-a", "4"],
            instance.MasterEnvironment(), "/", [nothing, nothing, nothing], [write, accepted], session: true);
        _ = Libc.Close(write);
        if (pid < 0) return Tool.Fatal(ExitCode.OsError, $"start {instance.MasterProgram}: {Libc.ErrorText(-pid)}");
        string answer = ReadAnswer(read);
        if (answer == "ready") return ExitCode.Ok;
        if (answer.StartsWith("error ", StringComparison.Ordinal)) return Tool.Fatal(1, answer[6..]);
        // its end of the pipe is closed a moment before it can be waited for
        for (int i = 0; i < 50; i++)
        {
            if (Libc.WaitPid(pid, out int exit, Libc.WNOHANG) == pid)
                return Tool.Fatal(1, $"master ended with status {Libc.ExitCode(exit)}; its reason is in the log");
            Instance.Pause(20);
        }
        return Tool.Fatal(ExitCode.TryLater, $"the mail system is not ready after {StartPatience.TotalSeconds:0} seconds; see the log");
    }

    /// <summary>Becomes master, so that a service manager sees the process it started. Sockets and variables of systemd go along.</summary>
    public static int StartForeground(Instance instance)
    {
        if (Prepare(ref instance, out int accepted) is var status and not 0) return status;
        _ = Libc.Fcntl(accepted, Libc.F_SETFD, 0);
        List<string> environment =
            instance.MasterEnvironment("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID");
        Libc.ResetSignals();
        int error = -Libc.Exec(instance.MasterProgram, [instance.MasterProgram, "-c", instance.ConfigDirectory, "-d", "-a", $"{accepted}"],
            environment);
        return Tool.Fatal(ExitCode.OsError, $"start {instance.MasterProgram}: {Libc.ErrorText(error)}");
    }

    /// <summary>Stops what runs and starts it anew, unless what it would be started with is refused.</summary>
    public static int Restart(Instance instance)
    {
        if (!CheckCommand.Accepts(instance)) return Tool.Fatal(ExitCode.Configuration, "not restarted: the running system is unchanged");
        if (instance.FindMaster() != 0 && StopCommand.Stop(instance) is var status and not 0) return status;
        return Start(instance);
    }

    /// <summary>0 when it may start: not running, and nothing that check refuses. What was checked is what master gets.</summary>
    /// <param name="accepted">The descriptor of the configuration, for master.</param>
    private static int Prepare(ref Instance instance, out int accepted)
    {
        accepted = -1;
        string directory = instance.ConfigDirectory;
        ConfigSnapshot.OfProcess = ConfigSnapshot.Take(directory);
        instance = new Instance(MailConfig.Load(directory, processName: "mtasuite").Config);
        int pid = instance.FindMaster();
        if (pid < 0) return Tool.Fatal(1, Instance.Unknown(pid));
        if (pid > 0) return Tool.Fatal(1, $"the mail system is already running: process {pid}");
        Permissions.MakeFolders(instance);
        if (!CheckCommand.Accepts(instance)) return Tool.Fatal(ExitCode.Configuration, "not started");
        accepted = AcceptedFiles.Write(ConfigSnapshot.OfProcess);
        return accepted < 0 ? Tool.Fatal(ExitCode.OsError, $"keep the configuration in memory: {Libc.ErrorText()}") : 0;
    }

    /// <summary>master's one line; empty when it ends, or the time does, without one.</summary>
    private static string ReadAnswer(int fd)
    {
        long end = Environment.TickCount64 + (long)StartPatience.TotalMilliseconds;
        byte[] buffer = new byte[4096];
        int have = 0;
        while (have < buffer.Length)
        {
            int left = (int)(end - Environment.TickCount64);
            if (left <= 0 || !Libc.PollOne(fd, Libc.POLLIN, left)) break;
            int n = Libc.ReadRetry(fd, buffer.AsSpan(have));
            if (n <= 0) break;
            have += n;
            if (buffer.AsSpan(0, have).Contains((byte)'\n')) break;
        }
        _ = Libc.Close(fd);
        int line = buffer.AsSpan(0, have).IndexOf((byte)'\n');
        return line < 0 ? "" : Encoding.UTF8.GetString(buffer.AsSpan(0, line));
    }
}

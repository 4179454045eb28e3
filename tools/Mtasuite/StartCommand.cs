using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Starts master, in the background or in place of this process.</summary>
internal static class StartCommand
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public static int Start(Instance instance)
    {
        if (Prepare(ref instance, out FileDescriptor? accepted) is var status and not 0) return status;
        using FileDescriptor configuration = accepted!;
        if (!FileDescriptor.TryPipe(out FileDescriptor? read, out FileDescriptor? write))
            return Tool.Fatal(ExitCode.OsError, $"pipe: {Errno.Text()}");
        using FileDescriptor? nothing = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDWR);
        int none = nothing?.Fd ?? -1;
        int pid = Processes.Spawn(instance.MasterProgram, [instance.MasterProgram, "-c", instance.ConfigDirectory, "-n", "-a", "4"],
            instance.MasterEnvironment(), "/", [none, none, none], [write.Fd, configuration.Fd], session: true);
        write.Dispose();
        if (pid < 0) return Tool.Fatal(ExitCode.OsError, $"start {instance.MasterProgram}: {Errno.Text(-pid)}");
        string answer = ReadAnswer(read);
        if (answer == "ready") return ExitCode.Ok;
        if (answer.StartsWith("error ", StringComparison.Ordinal)) return Tool.Fatal(1, answer[6..]);
        // its end of the pipe is closed a moment before it can be waited for
        for (int i = 0; i < 50; i++)
        {
            if (Processes.WaitPid(pid, out int exit, Processes.WNOHANG) == pid)
                return Tool.Fatal(1, $"master ended with status {Processes.ExitCode(exit)}; its reason is in the log");
            Instance.Pause(20);
        }
        return Tool.Fatal(ExitCode.TryLater, $"the mail system is not ready after {StartTimeout.TotalSeconds:0} seconds; see the log");
    }

    /// <summary>Becomes master, so that a service manager sees the process it started. Sockets and variables of systemd go along.</summary>
    public static int StartForeground(Instance instance)
    {
        if (Prepare(ref instance, out FileDescriptor? accepted) is var status and not 0) return status;
        _ = FileIO.Fcntl(accepted!.Fd, FileIO.F_SETFD, 0);
        List<string> environment =
            instance.MasterEnvironment("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID");
        Signals.Reset();
        int error = -Processes.Exec(instance.MasterProgram,
            [instance.MasterProgram, "-c", instance.ConfigDirectory, "-d", "-a", $"{accepted.Fd}"],
            environment);
        return Tool.Fatal(ExitCode.OsError, $"start {instance.MasterProgram}: {Errno.Text(error)}");
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
    private static int Prepare(ref Instance instance, out FileDescriptor? accepted)
    {
        accepted = null;
        string directory = instance.ConfigDirectory;
        ConfigSnapshot.OfProcess = ConfigSnapshot.Take(directory);
        instance = new Instance(MailConfig.Load(directory, processName: "mtasuite").Config);
        int pid = instance.FindMaster();
        if (pid < 0) return Tool.Fatal(1, Instance.Unknown(pid));
        if (pid > 0) return Tool.Fatal(1, $"the mail system is already running: process {pid}");
        Permissions.MakeFolders(instance);
        if (!CheckCommand.Accepts(instance)) return Tool.Fatal(ExitCode.Configuration, "not started");
        accepted = AcceptedFiles.TryWrite(ConfigSnapshot.OfProcess);
        return accepted == null ? Tool.Fatal(ExitCode.OsError, $"keep the configuration in memory: {Errno.Text()}") : 0;
    }

    /// <summary>master's one line; empty when it ends, or the time does, without one.</summary>
    private static string ReadAnswer(FileDescriptor pipe)
    {
        using FileDescriptor owned = pipe;
        long end = Environment.TickCount64 + (long)StartTimeout.TotalMilliseconds;
        byte[] buffer = new byte[4096];
        int have = 0;
        while (have < buffer.Length)
        {
            int left = (int)(end - Environment.TickCount64);
            if (left <= 0 || !Poll.WaitOne(pipe.Fd, Poll.POLLIN, left)) break;
            int n = FileIO.ReadRetry(pipe.Fd, buffer.AsSpan(have));
            if (n <= 0) break;
            have += n;
            if (buffer.AsSpan(0, have).Contains((byte)'\n')) break;
        }
        int line = buffer.AsSpan(0, have).IndexOf((byte)'\n');
        return line < 0 ? "" : Encoding.UTF8.GetString(buffer.AsSpan(0, line));
    }
}

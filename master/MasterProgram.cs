using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Master;

/// <summary>Start-up of master: configuration, the one-instance lock, the log, then the supervisor's loop.</summary>
internal static class MasterProgram
{
    private const int NotifyFd = 3;

    public static int Run(string[] args)
    {
        MasterOptions? options = MasterOptions.Parse(args);
        if (options is not { Help: false })
        {
            _ = Libc.WriteAll(options == null ? 2 : 1, System.Text.Encoding.UTF8.GetBytes(MasterOptions.Manual));
            return options == null ? ExitCode.Usage : ExitCode.Ok;
        }
        if (options.Notify) _ = Libc.Fcntl(NotifyFd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        try { return Run(options); }
        catch (Exception e) // a bug: the log has it, the service manager starts another
        {
            Log.Panic($"{e}");
            Log.Flush();
            return ExitCode.Software;
        }
    }

    private static int Run(MasterOptions options)
    {
        string directory = Path.GetFullPath(options.Directory);
        ConfigResult loaded = MailConfig.Load(directory, null, "", "master");
        List<ConfigProblem> problems = [.. loaded.Problems];
        List<ServiceEntry> services = MasterCf.Load(directory, problems);
        Logging.Start(loaded.Config, "master");
        if (problems.Find(p => p.Severity == Severity.Error) is { } problem) return Fail(options, ExitCode.Configuration, problem.ToString());
        string queue = loaded.Config.Get(CommonParams.QueueDirectory);
        if (Libc.ChDir(queue) != 0) return Fail(options, ExitCode.Configuration, $"open {queue}: {Libc.ErrorText()}");
        _ = Libc.UMask(0x12 /* 022 */);
        Libc.RaiseOpenFileLimit();
        string pidFile = $"{loaded.Config.Get(CommonParams.ProcessIdDirectory)}/master.pid";
        if (!TryLock(pidFile, out int held)) return Fail(options, ExitCode.TryLater, held > 0
            ? $"the mail system is already running: process {held}" : $"{pidFile}: {Libc.ErrorText()}");
        using EventLoop loop = new();
        Supervisor supervisor = new(loop, directory, loaded.Config, services) { PidFile = pidFile };
        if (supervisor.Start() is { } error) return Fail(options, ExitCode.OsError, error);
        if (options.Notify)
        {
            _ = Libc.WriteAll(NotifyFd, "ready\n"u8);
            _ = Libc.Close(NotifyFd);
        }
        loop.Run();
        Log.Flush();
        return ExitCode.Ok;
    }

    /// <summary>Takes the lock for as long as this process lives. The descriptor is never closed.</summary>
    private static bool TryLock(string path, out int holder)
    {
        holder = 0;
        int fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0x1A4 /* 0644 */);
        if (fd < 0) return false;
        if (Libc.Flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            Span<byte> text = stackalloc byte[32];
            int n = Math.Max(0, Libc.Read(fd, text));
            _ = System.Buffers.Text.Utf8Parser.TryParse(text[..n].TrimStart((byte)' '), out holder, out _);
            holder = Math.Max(holder, 1);
            return false;
        }
        return Libc.FTruncate(fd, 0) == 0 && Libc.WriteAll(fd, System.Text.Encoding.ASCII.GetBytes($"{Libc.GetPid()}\n"));
    }

    private static int Fail(MasterOptions options, int code, string text)
    {
        Log.Fatal($"{text}");
        Log.Flush();
        if (options.Notify) _ = Libc.WriteAll(NotifyFd, System.Text.Encoding.UTF8.GetBytes($"error {text}\n"));
        else _ = Libc.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"master: fatal: {text}\n"));
        return code;
    }
}

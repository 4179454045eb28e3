using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Master;

/// <summary>Start-up of master: configuration, the lock of the spool, the log, then the supervisor's loop.</summary>
internal static class MasterProgram
{
    private const int NotifyFd = 3;
    private const string PidFileName = "master.pid";

    public static int Run(string[] args)
    {
        MasterOptions? options = MasterOptions.Parse(args);
        if (options is not { Help: false })
        {
            _ = FileIO.WriteAll(options == null ? 2 : 1, System.Text.Encoding.UTF8.GetBytes(MasterOptions.Manual));
            return options == null ? ExitCode.Usage : ExitCode.Ok;
        }
        if (options.Notify) _ = FileIO.Fcntl(NotifyFd, FileIO.F_SETFD, FileIO.FD_CLOEXEC);
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
        if (!AcceptedFiles.TryUse(options.AcceptedFd))
            return Fail(options, ExitCode.Configuration, $"the accepted configuration cannot be read: {Errno.Text()}");
        ConfigSnapshot files = ConfigSnapshot.OfProcess ?? ConfigSnapshot.Take(directory);
        Logging.Start(MailConfig.Load(directory, null, "", "master", files: files).Config, "master");
        // what holds after a reload is another one
        ConfigSnapshot.OfProcess = null;
        AcceptedConfig? config = AcceptedConfig.TryMake(directory, files, out string error);
        if (config == null) return Fail(options, ExitCode.Configuration, error);
        string queue = config.Main.Get(CommonParams.QueueDirectory);
        if (Paths.ChDir(queue) != 0) return Fail(options, ExitCode.Configuration, $"open {queue}: {Errno.Text()}");
        _ = Paths.UMask(FileModes.GroupAndOthersWrite);
        ResourceLimits.RaiseOpenFileLimit();
        using SpoolLock? spoolLock = SpoolLock.TryTake(queue, out error);
        if (spoolLock == null || !TryWritePid(config.Main, out error)) return Fail(options, 1, error);
        return Run(options, directory, config);
    }

    private static int Run(MasterOptions options, string directory, AcceptedConfig config)
    {
        using EventLoop loop = new();
        using Folder? results = Folder.TryOpen(SpoolDirectory.Pid);
        Supervisor supervisor = new(loop, directory, config, results);
        if (supervisor.Start() is { } error) return Fail(options, 1, error);
        if (options.Notify)
        {
            using FileDescriptor starter = new(NotifyFd);
            _ = FileIO.WriteAll(starter.Fd, "ready\n"u8);
        }
        loop.Run();
        Log.Flush();
        return ExitCode.Ok;
    }

    /// <summary>Leaves the process number in process_id_directory, for scripts.</summary>
    private static bool TryWritePid(MailConfig config, out string error)
    {
        const uint mode = FileModes.PublicFile;
        string path = config.Get(CommonParams.ProcessIdDirectory);
        using Folder? folder = Folder.TryOpen(path, follow: true);
        bool ok = folder != null && folder.TryReplace(PidFileName, System.Text.Encoding.ASCII.GetBytes($"{Processes.GetPid()}\n"), mode);
        error = ok ? "" : $"{path}/{PidFileName}: {Errno.Text()}";
        return ok;
    }

    private static int Fail(MasterOptions options, int code, string text)
    {
        Log.Fatal($"{text}");
        Log.Flush();
        if (options.Notify) _ = FileIO.WriteAll(NotifyFd, System.Text.Encoding.UTF8.GetBytes($"error {text}\n"));
        else _ = FileIO.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"master: fatal: {text}\n"));
        return code;
    }
}

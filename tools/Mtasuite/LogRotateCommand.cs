using System.Text;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Renames maillog_file, has the daemons open a new one, and compresses the old one.</summary>
internal static class LogRotateCommand
{
    /// <summary>Daemons write their last lines to the renamed file until they have opened the new one.</summary>
    private const int ReopenMilliseconds = 1000;

    public static int Run(Instance instance)
    {
        string file = instance.Config.Get(LogParams.MaillogFile);
        if (file.Length == 0 || file.StartsWith("/dev/", StringComparison.Ordinal))
            return Tool.Fatal(1, "maillog_file is not set to a file: the system's logger rotates its own files");
        string rotated = $"{file}.{Suffix(instance.Config.Get(LogParams.MaillogFileRotateSuffix), DateTimeOffset.UtcNow.ToLocalTime())}";
        using PathWalk? walk = PathWalk.To(Path.GetFullPath(file), Credentials.GetEUid(), out int errno);
        if (walk?.Status is not { IsRegular: true } status)
            return Tool.Fatal(1, $"{file}: {Errno.Text(errno != 0 ? errno : Errno.ENOENT)}");
        string newName = Path.GetFileName(rotated);
        if (!walk.Folder.TryRename(walk.Name, walk.Folder, newName))
            return Tool.Fatal(1, Errno.Last == Errno.EEXIST ? $"{rotated} exists already"
                : $"rename {file} to {rotated}: {Errno.Text()}");
        // made here with its owner, because daemons without root's rights may not make files in the folder
        uint mode = LogFile.Mode(instance.Config.Get(LogParams.MaillogFilePermissions));
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_APPEND;
        using (FileDescriptor? made = walk.Folder.TryOpenFile(walk.Name, flags, mode))
        {
            if (made == null) return Tool.Fatal(1, $"create {file}: {Errno.Text()}");
            _ = FileIO.FChMod(made.Fd, mode);
            if (Credentials.GetEUid() == 0) _ = FileIO.FChOwn(made.Fd, status.Uid, status.Gid);
        }
        if (instance.FindMaster() > 0)
        {
            if (StopCommand.Signal(instance, Signals.SIGUSR1, out _) is var failed and not 0) return failed;
            Instance.Pause(ReopenMilliseconds);
        }
        // the compressor goes by path: in the folder of another account with that account's rights
        FileStatus folder = walk.FolderStatus;
        if (Credentials.GetEUid() == 0 && folder.Uid != 0 && !Credentials.BecomeUser(folder.Uid, folder.Gid, [folder.Gid]))
            return Tool.Fatal(1, $"become uid {folder.Uid}: {Errno.Text()}");
        return Compress(instance.Config.Get(LogParams.MaillogFileCompressor), rotated);
    }

    private static int Compress(string program, string file)
    {
        string? path = program.Contains('/') ? program
            : Array.Find(["/usr/bin", "/bin", "/usr/local/bin"], d => Paths.Access($"{d}/{program}", Paths.X_OK) == 0) is { } d
            ? $"{d}/{program}" : null;
        if (path == null) return Tool.Fatal(1, $"maillog_file_compressor {program}: no such program; {file} is not compressed");
        int pid = Processes.Spawn(path, [path, file], ["PATH=/usr/bin:/bin"], null, [0, 1, 2], []);
        if (pid < 0) return Tool.Fatal(1, $"start {path}: {Errno.Text(-pid)}");
        _ = Processes.WaitPid(pid, out int status, 0);
        return Processes.ExitCode(status) == 0 ? ExitCode.Ok : Tool.Fatal(1, $"{path} {file} failed");
    }

    /// <summary>The conversions of strftime(3) that make sense in a file name.</summary>
    internal static string Suffix(string format, DateTimeOffset time)
    {
        StringBuilder result = new();
        for (int i = 0; i < format.Length; i++)
        {
            string? net = format[i] != '%' || i + 1 == format.Length ? null
                : format[i + 1] switch
                {
                    'Y' => "yyyy",
                    'y' => "yy",
                    'm' => "MM",
                    'd' => "dd",
                    'H' => "HH",
                    'M' => "mm",
                    'S' => "ss",
                    _ => null
                };
            if (net == null) result.Append(format[i]);
            else
            {
                result.Append(time.ToString(net, System.Globalization.CultureInfo.InvariantCulture));
                i++;
            }
        }
        return result.ToString();
    }
}

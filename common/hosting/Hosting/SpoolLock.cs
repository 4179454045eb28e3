using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// The lock that makes one master the master of a spool, wherever process_id_directory is: on <c>pid/master.lock</c> below
/// queue_directory. Only its owner may open the file, so nobody else can hold the lock. Who holds it is read from /proc/locks. Owns the
/// descriptor; its end is the end of the lock.
/// </summary>
public sealed class SpoolLock : IDisposable
{
    public const string FileName = "master.lock";
    private const int Attempts = 25, PauseMilliseconds = 20;
    private readonly FileDescriptor _file;

    private SpoolLock(FileDescriptor file) => _file = file;

    /// <summary>Takes the lock of a spool; null with the reason.</summary>
    public static SpoolLock? TryTake(string root, out string error)
    {
        error = "";
        using Folder? folder = Folder.TryOpen($"{root}/{SpoolDirectory.Pid}");
        FileDescriptor? file = folder?.TryOpenFile(FileName, FileIO.O_RDWR | FileIO.O_CREAT);
        if (file == null)
        {
            error = $"{root}/{SpoolDirectory.Pid}/{FileName}: {Errno.Text()}";
            return null;
        }
        for (int i = 0; FileLocks.Flock(file.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) != 0; i++)
        {
            int holder = Holder(root);
            // somebody who merely looks has it for a moment
            if (holder <= 0 && i < Attempts && Poll.WaitOne(-1, 0, PauseMilliseconds) is false) continue;
            error = holder > 0 ? $"the mail system is already running: process {holder}"
                : $"the mail system is already running: {OutsideText}";
            file.Dispose();
            return null;
        }
        _ = FileIO.FTruncate(file.Fd, 0);
        _ = FileIO.WriteAll(file.Fd, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Processes.GetPid()}\n")));
        return new SpoolLock(file);
    }

    /// <summary>What <see cref="Holder"/>'s -EBUSY means.</summary>
    public const string OutsideText = "the spool is locked by a process that cannot be seen from here (another container?)";

    /// <summary>
    /// The process that holds a spool's lock; 0: none; negative: minus errno, it cannot be known (EBUSY: <see cref="OutsideText"/>).
    /// </summary>
    /// <param name="pidFile">A file with the number that master left, which is believed when that process holds such a lock.</param>
    public static int Holder(string root, string? pidFile = null)
    {
        string path = $"{root}/{SpoolDirectory.Pid}/{FileName}";
        if (!FileStatus.TryGet(path, out FileStatus status, follow: false)) return Errno.Last == Errno.ENOENT ? 0 : -Errno.Last;
        if (ByInode(status) is > 0 and int pid) return pid;
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_NOFOLLOW);
        if (file != null && FileLocks.Flock(file.Fd, FileLocks.LOCK_SH | FileLocks.LOCK_NB) == 0) return 0;
        // some file systems have other numbers for files there (btrfs, overlayfs)
        foreach (int candidate in (ReadOnlySpan<int>)[file != null ? Number(file.Fd) : 0, pidFile != null ? NumberIn(pidFile) : 0])
            if (candidate > 0 && IsMaster(candidate)) return candidate;
        return file != null ? -Errno.EBUSY : 0;
    }

    /// <summary>
    /// A line of /proc/locks: <c>number ":" "FLOCK" "ADVISORY" "WRITE" pid major ":" minor ":" inode start end</c>; device numbers in
    /// hexadecimal.
    /// </summary>
    private static int ByInode(FileStatus status)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"{status.Device >> 32:x2}:{(uint)status.Device:x2}:{status.Inode}");
        return Array.Find(Locks(), l => l[5] == file) is { } line
            && int.TryParse(line[4], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;
    }

    private static bool IsMaster(int pid)
    {
        string number = pid.ToString(CultureInfo.InvariantCulture);
        return Array.Exists(Locks(), l => l[4] == number)
            && Config.ConfigFile.TryRead($"/proc/{number}/comm", out string name, out _) && name.TrimEnd() == "master";
    }

    /// <summary>The fields of each exclusive flock(2) lock of this PID namespace.</summary>
    private static string[][] Locks() => Config.ConfigFile.TryRead("/proc/locks", out string text, out _)
        ? [.. text.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f =>
            f.Length > 5 && f[1] == "FLOCK" && f[3] == "WRITE")]
        : [];

    private static int NumberIn(string path)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY);
        return file == null ? 0 : Number(file.Fd);
    }

    private static int Number(int fd)
    {
        Span<byte> text = stackalloc byte[32];
        int n = Math.Max(0, FileIO.PRead(fd, text, 0));
        return System.Buffers.Text.Utf8Parser.TryParse(text[..n].TrimStart((byte)' '), out int number, out _) ? number : 0;
    }

    public void Dispose() => _file.Dispose();
}

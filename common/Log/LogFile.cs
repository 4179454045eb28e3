using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Log;

/// <summary>Opens a log file; whoever makes it, it gets the permissions that are asked for.</summary>
public static class LogFile
{
    private const int ToAppend = Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CLOEXEC | Libc.O_NOCTTY;

    /// <summary>What maillog_file_permissions says, as a number.</summary>
    public static int Mode(string permissions) => permissions switch { "0644" => 0x1A4, "0640" => 0x1A0, _ => 0x180 };

    /// <summary>The descriptor; -1, with errno, when it can be neither opened nor made. The umask does not count, and a file that is there
    /// keeps its permissions.</summary>
    public static int Open(string path, int permissions)
    {
        if (Libc.GetEUid() != 0 || path.StartsWith("/dev/", StringComparison.Ordinal)) return OpenAt(Libc.AT_FDCWD, path, 0, permissions);
        // the folder of the log may be mail_owner's: a link there must not have root write elsewhere
        using PathWalk? walk = PathWalk.To(Path.GetFullPath(path), 0, out int errno);
        if (walk != null)
        {
            int fd = OpenAt(walk.Folder.Descriptor, walk.Name, Libc.O_NOFOLLOW | Libc.O_NONBLOCK, permissions);
            if (fd < 0 || (Libc.TryStat(fd, out Libc.FileStatus status) && status.IsRegular && (status.Links == 1 || !walk.OthersMayWrite)))
                return fd;
            _ = Libc.Close(fd);
            errno = Libc.EINVAL; // a pipe to block on, or somebody's file under another name
        }
        Marshal.SetLastPInvokeError(errno);
        return -1;
    }

    private static int OpenAt(int folder, string name, int flags, int permissions)
    {
        flags |= ToAppend;
        int fd = Libc.OpenAt(folder, name, flags, 0);
        if (fd >= 0 || Libc.Errno != Libc.ENOENT) return fd;
        fd = Libc.OpenAt(folder, name, flags | Libc.O_CREAT | Libc.O_EXCL, permissions);
        if (fd >= 0) _ = Libc.FChMod(fd, (uint)permissions);
        // another process was faster
        else if (Libc.Errno == Libc.EEXIST) fd = Libc.OpenAt(folder, name, flags, 0);
        return fd;
    }
}

using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Log;

/// <summary>Opens a log file; whoever makes it, it gets the permissions that are asked for.</summary>
public static class LogFile
{
    private const int ToAppend = FileIO.O_WRONLY | FileIO.O_APPEND | FileIO.O_CLOEXEC | FileIO.O_NOCTTY;

    /// <summary>What maillog_file_permissions says, as a number.</summary>
    public static uint Mode(string permissions) =>
        permissions switch { "0644" => FileModes.PublicFile, "0640" => FileModes.GroupReadableFile, _ => FileModes.PrivateFile };

    /// <summary>
    /// Null, with errno, when it can be neither opened nor made. The umask does not count, and a file that is there keeps its permissions.
    /// </summary>
    public static FileDescriptor? TryOpen(string path, uint permissions)
    {
        if (Credentials.GetEUid() != 0 || path.StartsWith("/dev/", StringComparison.Ordinal))
            return OpenAt(Paths.AT_FDCWD, path, 0, permissions);
        // the folder of the log may be mail_owner's: a link there must not have root write elsewhere
        using PathWalk? walk = PathWalk.To(Path.GetFullPath(path), 0, out int errno);
        if (walk != null)
        {
            FileDescriptor? file = OpenAt(walk.Folder.Fd, walk.Name, FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK, permissions);
            if (file == null || (FileStatus.TryGet(file.Fd, out FileStatus status) && status.IsRegular
                && (status.Links == 1 || !walk.OthersMayWrite))) return file;
            file.Dispose();
            errno = Errno.EINVAL; // a pipe to block on, or somebody's file under another name
        }
        Marshal.SetLastPInvokeError(errno);
        return null;
    }

    private static FileDescriptor? OpenAt(int folder, string name, int flags, uint permissions)
    {
        flags |= ToAppend;
        FileDescriptor? file = FileDescriptor.From(FileIO.OpenAt(folder, name, flags, 0));
        if (file != null || Errno.Last != Errno.ENOENT) return file;
        file = FileDescriptor.From(FileIO.OpenAt(folder, name, flags | FileIO.O_CREAT | FileIO.O_EXCL, permissions));
        if (file != null) _ = FileIO.FChMod(file.Fd, permissions);
        // another process was faster
        else if (Errno.Last == Errno.EEXIST) file = FileDescriptor.From(FileIO.OpenAt(folder, name, flags, 0));
        return file;
    }
}

using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDirAt(int directory, string path, uint mode);

    /// <summary>Status of a name in an open folder. A symbolic link is not followed.</summary>
    public static bool TryStatAt(int directory, string name, out FileStatus status) =>
        Statx(directory, name, AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Makes the names in a folder durable; 0, or errno. EACCES: the caller may not read the folder, and so cannot sync it.</summary>
    /// <param name="wholeFileSystem">All that was written to the folder's file system, by whomever.</param>
    public static int SyncFolder(string path, bool wholeFileSystem = false)
    {
        int fd = Open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd < 0) return Errno;
        int error = (wholeFileSystem ? SyncFs(fd) : Fsync(fd)) == 0 ? 0 : Errno;
        _ = Close(fd);
        return error;
    }
}

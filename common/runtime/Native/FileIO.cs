using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Descriptors: open(2), close(2), fcntl(2), pipe(2), what is durable (fsync(2)) and what fchmod(2) and its kind change.</summary>
public static unsafe partial class FileIO
{
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100, O_TRUNC = 0x200,
        O_APPEND = 0x400, O_NONBLOCK = 0x800, O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000, O_CLOEXEC = 0x80000, O_PATH = 0x200000;
    public const int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030;
    public const int FD_CLOEXEC = 1;
    public const uint SYNC_FILE_RANGE_WAIT_BEFORE = 1;

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int fd, int command, nint argument);

    /// <summary>Another descriptor of the same socket or file, closed on exec; -1 on failure.</summary>
    public static int Duplicate(int fd) => Fcntl(fd, F_DUPFD_CLOEXEC, 0);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenOnce(string path, int flags, uint mode);

    public static int Open(string path, int flags, uint mode)
    {
        int fd;
        do fd = OpenOnce(path, flags, mode);
        while (Errno.Interrupted(fd));
        return fd;
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtOnce(int directory, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAtRaw(int directory, byte* path, int flags, uint mode);

    /// <summary>openat(2) with a name that ends in a NUL byte.</summary>
    public static int OpenAt(int directory, ReadOnlySpan<byte> name, int flags, uint mode)
    {
        int fd;
        fixed (byte* p = name)
        {
            do fd = OpenAtRaw(directory, p, flags, mode);
            while (Errno.Interrupted(fd));
        }
        return fd;
    }

    public static int OpenAt(int directory, string path, int flags, uint mode)
    {
        int fd;
        do fd = OpenAtOnce(directory, path, flags, mode);
        while (Errno.Interrupted(fd));
        return fd;
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* descriptors, int flags);

    /// <summary>A pipe, both ends closed on exec; -1 on failure.</summary>
    public static int Pipe(out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        int result = Pipe2(ends, O_CLOEXEC);
        readEnd = result == 0 ? ends[0] : -1;
        writeEnd = result == 0 ? ends[1] : -1;
        return result;
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncOnce(int fd);

    public static int Fsync(int fd)
    {
        int result;
        do result = FsyncOnce(fd);
        while (Errno.Interrupted(result));
        return result;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdataSyncOnce(int fd);

    public static int FdataSync(int fd)
    {
        int result;
        do result = FdataSyncOnce(fd);
        while (Errno.Interrupted(result));
        return result;
    }

    /// <summary>
    /// With SYNC_FILE_RANGE_WAIT_BEFORE: waits for write-back under way, and tells of one that failed since the descriptor was opened.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(int fd, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncateOnce(int fd, long length);

    public static int FTruncate(int fd, long length)
    {
        int result;
        do result = FTruncateOnce(fd, length);
        while (Errno.Interrupted(result));
        return result;
    }

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(int fd, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int FChOwn(int fd, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UtimensAt(int directory, string path, long* times, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int FUtimens(int fd, long* times);

    /// <summary>Sets access and modification time of an open file, microseconds since 1970.</summary>
    public static int SetModified(int fd, long microseconds)
    {
        long seconds = Math.DivRem(microseconds, 1_000_000, out long rest);
        long* times = stackalloc long[4] { seconds, rest * 1000, seconds, rest * 1000 };
        return FUtimens(fd, times);
    }

    /// <summary>Sets access and modification time of a file, microseconds since 1970.</summary>
    public static int SetModified(string path, long microseconds)
    {
        long seconds = Math.DivRem(microseconds, 1_000_000, out long rest);
        long* times = stackalloc long[4] { seconds, rest * 1000, seconds, rest * 1000 };
        return UtimensAt(Paths.AT_FDCWD, path, times, 0);
    }
}

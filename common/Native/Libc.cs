using System.Runtime.InteropServices;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace MtaSuite.Common.Native;

/// <summary>
/// The C library, as blittable calls. A negative result means failure; <see cref="Errno"/> then holds errno(3).
/// Linux on 64 bits, glibc 2.34 or newer. Callers outside this folder use spans; pointers stay in here. Calls on files begin again when a
/// signal interrupts them (EINTR), which happens on network and user-space file systems; sockets, pipes and waits report it.
/// </summary>
public static unsafe partial class Libc
{
    private const string Lib = "libc";

    /// <summary>errno of the last failed call on this thread.</summary>
    public static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>The text of an errno value, as strerror(3) gives it.</summary>
    public static string ErrorText(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>The text of <see cref="Errno"/>.</summary>
    public static string ErrorText() => Marshal.GetPInvokeErrorMessage(Errno);

    // ---- descriptors and files -------------------------------------------------------------------------------------

    [LibraryImport(Lib, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Lib, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int fd, int command, nint argument);

    /// <summary>A call failed because a signal came: it can be made again.</summary>
    private static bool Interrupted(nint result) => result < 0 && Errno == EINTR;

    [LibraryImport(Lib, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenOnce(string path, int flags, int mode);

    public static int Open(string path, int flags, int mode)
    {
        int fd;
        do fd = OpenOnce(path, flags, mode);
        while (Interrupted(fd));
        return fd;
    }

    [LibraryImport(Lib, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtOnce(int directory, string path, int flags, int mode);

    public static int OpenAt(int directory, string path, int flags, int mode)
    {
        int fd;
        do fd = OpenAtOnce(directory, path, flags, mode);
        while (Interrupted(fd));
        return fd;
    }

    [LibraryImport(Lib, EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadRaw(int fd, byte* buffer, nuint count);

    [LibraryImport(Lib, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteRaw(int fd, byte* buffer, nuint count);

    [LibraryImport(Lib, EntryPoint = "pread", SetLastError = true)]
    private static partial nint PReadRaw(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport(Lib, EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint PWriteRaw(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport(Lib, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncOnce(int fd);

    public static int Fsync(int fd)
    {
        int result;
        do result = FsyncOnce(fd);
        while (Interrupted(result));
        return result;
    }

    [LibraryImport(Lib, EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdataSyncOnce(int fd);

    public static int FdataSync(int fd)
    {
        int result;
        do result = FdataSyncOnce(fd);
        while (Interrupted(result));
        return result;
    }

    [LibraryImport(Lib, EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(ref byte buffer, nint length, uint flags);

    /// <summary>
    /// Bytes nobody can guess, from the kernel. The class library's generator would load OpenSSL: 4 MiB for a process that needs nothing
    /// else of it.
    /// </summary>
    public static void FillRandom(Span<byte> target)
    {
        while (target.Length > 0)
        {
            nint n = GetRandom(ref MemoryMarshal.GetReference(target), Math.Min(target.Length, 256), 0);
            if (n > 0) target = target[(int)n..];
            else if (Errno != EINTR) throw new PlatformNotSupportedException($"getrandom: {ErrorText()}");
        }
    }

    [LibraryImport(Lib, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFs(int fd);

    public const uint SYNC_FILE_RANGE_WAIT_BEFORE = 1;

    /// <summary>
    /// With SYNC_FILE_RANGE_WAIT_BEFORE: waits for write-back under way, and tells of one that failed since the descriptor was opened.
    /// </summary>
    [LibraryImport(Lib, EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(int fd, long offset, long bytes, uint flags);

    [LibraryImport(Lib, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncateOnce(int fd, long length);

    public static int FTruncate(int fd, long length)
    {
        int result;
        do result = FTruncateOnce(fd, length);
        while (Interrupted(result));
        return result;
    }

    [LibraryImport(Lib, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport(Lib, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to);

    [LibraryImport(Lib, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport(Lib, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(Lib, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(int directory, string path, int flags);

    [LibraryImport(Lib, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDir(string path, uint mode);

    [LibraryImport(Lib, EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChMod(string path, uint mode);

    [LibraryImport(Lib, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(int fd, uint mode);

    [LibraryImport(Lib, EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChOwn(string path, uint uid, uint gid);

    [LibraryImport(Lib, EntryPoint = "fchown", SetLastError = true)]
    public static partial int FChOwn(int fd, uint uid, uint gid);

    [LibraryImport(Lib, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport(Lib, EntryPoint = "umask")]
    public static partial uint UMask(uint mask);

    [LibraryImport(Lib, EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockOnce(int fd, int operation);

    public static int Flock(int fd, int operation)
    {
        int result;
        do result = FlockOnce(fd, operation);
        while (Interrupted(result));
        return result;
    }

    [LibraryImport(Lib, EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChDir(string path);

    [LibraryImport(Lib, EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChRoot(string path);

    [LibraryImport(Lib, EntryPoint = "isatty")]
    public static partial int IsATty(int fd);

    /// <summary>read(2); bytes read, 0 at the end, -1 on failure.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* p = buffer) return (int)ReadRaw(fd, p, (nuint)buffer.Length);
    }

    /// <summary>write(2), once; bytes written, -1 on failure.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data) return (int)WriteRaw(fd, p, (nuint)data.Length);
    }

    /// <summary>pread(2); bytes read, 0 at the end, -1 on failure.</summary>
    public static int PRead(int fd, Span<byte> buffer, long offset)
    {
        nint n;
        fixed (byte* p = buffer)
        {
            do n = PReadRaw(fd, p, (nuint)buffer.Length, offset);
            while (Interrupted(n));
        }
        return (int)n;
    }

    /// <summary>pwrite(2), once; bytes written, -1 on failure.</summary>
    public static int PWrite(int fd, ReadOnlySpan<byte> data, long offset)
    {
        nint n;
        fixed (byte* p = data)
        {
            do n = PWriteRaw(fd, p, (nuint)data.Length, offset);
            while (Interrupted(n));
        }
        return (int)n;
    }

    /// <summary>write(2) until all is written or one call fails; false with <see cref="Errno"/> set.</summary>
    public static bool WriteAll(int fd, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int n = Write(fd, data);
            if (n < 0)
            {
                if (Errno == EINTR) continue;
                return false;
            }
            data = data[n..];
        }
        return true;
    }

    /// <summary>pwrite(2) until all is written or one call fails; false with <see cref="Errno"/> set.</summary>
    public static bool PWriteAll(int fd, ReadOnlySpan<byte> data, long offset)
    {
        while (data.Length > 0)
        {
            int n = PWrite(fd, data, offset);
            if (n < 0) return false;
            data = data[n..];
            offset += n;
        }
        return true;
    }

    [LibraryImport(Lib, EntryPoint = "pwritev", SetLastError = true)]
    private static partial nint PWriteVRaw(int fd, IoVector* vectors, int count, long offset);

    /// <summary>pwritev(2) of two pieces until all is written or one call fails; false with <see cref="Errno"/> set.</summary>
    public static bool PWriteAll(int fd, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, long offset)
    {
        nint n;
        fixed (byte* a = first, b = second)
        {
            IoVector* vectors = stackalloc IoVector[] { new() { Base = a, Length = (nuint)first.Length },
                new() { Base = b, Length = (nuint)second.Length } };
            n = PWriteVRaw(fd, vectors, 2, offset);
        }
        if (n == first.Length + second.Length) return true;
        if (n < 0 && Errno != EINTR) return false;
        int done = Math.Max(0, (int)n), ofFirst = Math.Min(done, first.Length);
        return PWriteAll(fd, first[ofFirst..], offset + ofFirst)
            && PWriteAll(fd, second[(done - ofFirst)..], offset + first.Length + done - ofFirst);
    }

    /// <summary>read(2), again when a signal interrupts it.</summary>
    public static int ReadRetry(int fd, Span<byte> buffer)
    {
        while (true)
        {
            int n = Read(fd, buffer);
            if (n >= 0 || Errno != EINTR) return n;
        }
    }

    // ---- locks -----------------------------------------------------------------------------------------------------

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FLockRecord
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    [LibraryImport(Lib, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlLock(int fd, int command, FLockRecord* record);

    /// <summary>
    /// An open-file-description lock on a range (length 0: to the end), which other descriptors of this process honour too.
    /// </summary>
    /// <param name="wait">Block until it is free; otherwise EAGAIN.</param>
    public static int LockRange(int fd, bool exclusive, long start, long length, bool wait) =>
        SetLock(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, exclusive ? F_WRLCK : F_RDLCK, start, length);

    /// <summary>Gives a range taken by <see cref="LockRange"/> back.</summary>
    public static int UnlockRange(int fd, long start, long length) => SetLock(fd, F_OFD_SETLK, F_UNLCK, start, length);

    /// <summary>The classic per-process fcntl(2) lock on the whole file, which mail readers take on mailboxes.</summary>
    public static int LockFileFcntl(int fd, bool exclusive, bool wait) =>
        SetLock(fd, wait ? F_SETLKW : F_SETLK, exclusive ? F_WRLCK : F_RDLCK, 0, 0);

    private static int SetLock(int fd, int command, short type, long start, long length)
    {
        FLockRecord record = new() { Type = type, Whence = 0, Start = start, Length = length };
        int result;
        do result = FcntlLock(fd, command, &record);
        while (Interrupted(result));
        return result;
    }

    // ---- file status -----------------------------------------------------------------------------------------------

    [LibraryImport(Lib, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxRaw(int directory, string path, int flags, uint mask, byte* buffer);

    /// <summary>What statx(2) says of a file.</summary>
    public readonly record struct FileStatus(uint Mode, uint Uid, uint Gid, long Size, ulong Inode, ulong Device, uint Links,
        long ModifiedSeconds, int ModifiedNanoseconds,
        long ChangedSeconds = 0)
    {
        public bool IsRegular => (Mode & S_IFMT) == S_IFREG;
        public bool IsDirectory => (Mode & S_IFMT) == S_IFDIR;
        public bool IsSymlink => (Mode & S_IFMT) == S_IFLNK;
        public uint Permissions => Mode & 0xFFF;
        public DateTimeOffset Modified => DateTimeOffset.FromUnixTimeSeconds(ModifiedSeconds).AddTicks(ModifiedNanoseconds / 100);
    }

    /// <summary>Status of a path. Follows a final symbolic link only when asked to.</summary>
    public static bool TryStat(string path, out FileStatus status, bool follow = true) =>
        Statx(AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Status of an open descriptor.</summary>
    public static bool TryStat(int fd, out FileStatus status) => Statx(fd, "", AT_EMPTY_PATH, out status);

    private static bool Statx(int directory, string path, int flags, out FileStatus status)
    {
        byte* b = stackalloc byte[256];
        if (StatxRaw(directory, path, flags, STATX_BASIC_STATS, b) != 0)
        {
            status = default;
            return false;
        }
        // struct statx: mask 0, blksize 4, attributes 8, nlink 16, uid 20, gid 24, mode 28, ino 32, size 40, ..., mtime 112, dev 136
        status = new FileStatus(*(ushort*)(b + 28), *(uint*)(b + 20), *(uint*)(b + 24), *(long*)(b + 40), *(ulong*)(b + 32),
            ((ulong)*(uint*)(b + 136) << 32) | *(uint*)(b + 140), *(uint*)(b + 16), *(long*)(b + 112), *(int*)(b + 120), *(long*)(b + 96));
        return true;
    }

    [LibraryImport(Lib, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatVfsRaw(string path, ulong* buffer);

    /// <summary>Bytes that an ordinary user may still write on the file system of a path, and free inodes; false on failure.</summary>
    public static bool TryFreeSpace(string path, out long bytes, out long inodes)
    {
        ulong* b = stackalloc ulong[32];
        // struct statvfs: bsize, frsize, blocks, bfree, bavail, files, ffree, favail, ...
        bool ok = StatVfsRaw(path, b) == 0;
        bytes = ok ? (long)(b[4] * b[1]) : 0;
        inodes = ok ? (b[5] == 0 ? long.MaxValue : (long)b[7]) : 0;
        return ok;
    }

    [LibraryImport(Lib, EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UtimensAt(int directory, string path, long* times, int flags);

    /// <summary>Sets access and modification time of a file, microseconds since 1970.</summary>
    public static int SetModified(string path, long microseconds)
    {
        long seconds = Math.DivRem(microseconds, 1_000_000, out long rest);
        long* times = stackalloc long[4] { seconds, rest * 1000, seconds, rest * 1000 };
        return UtimensAt(AT_FDCWD, path, times, 0);
    }

    // ---- memory, limits, misc --------------------------------------------------------------------------------------

    [StructLayout(LayoutKind.Sequential)]
    private struct RLimit
    {
        public ulong Current;
        public ulong Max;
    }

    [LibraryImport(Lib, EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetRLimit(int resource, RLimit* limit);

    [LibraryImport(Lib, EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetRLimit(int resource, RLimit* limit);

    /// <summary>Raises the soft limit of open files to the hard one and returns it.</summary>
    public static long RaiseOpenFileLimit()
    {
        RLimit limit;
        if (GetRLimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
        limit.Current = limit.Max;
        if (SetRLimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
        return (long)Math.Min(limit.Current, (ulong)int.MaxValue);
    }

    [LibraryImport(Lib, EntryPoint = "getpid")]
    public static partial int GetPid();

    [LibraryImport(Lib, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(Lib, EntryPoint = "prctl", SetLastError = true)]
    public static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Lib, EntryPoint = "gethostname", SetLastError = true)]
    private static partial int GetHostNameRaw(byte* buffer, nuint size);

    /// <summary>The host's name, as gethostname(2) gives it; "localhost" when it fails.</summary>
    public static string HostName()
    {
        byte* b = stackalloc byte[256];
        return GetHostNameRaw(b, 255) == 0 ? Marshal.PtrToStringUTF8((nint)b) ?? "localhost" : "localhost";
    }
}

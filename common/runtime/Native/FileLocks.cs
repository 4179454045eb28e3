using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Locks on files: flock(2) and those of fcntl(2).</summary>
public static unsafe partial class FileLocks
{
    public const int LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8;
    private const int F_SETLK = 6, F_SETLKW = 7, F_OFD_SETLK = 37, F_OFD_SETLKW = 38;
    private const short F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2;

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockOnce(int fd, int operation);

    public static int Flock(int fd, int operation)
    {
        int result;
        do result = FlockOnce(fd, operation);
        while (Errno.Interrupted(result));
        return result;
    }

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

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
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
        while (Errno.Interrupted(result));
        return result;
    }
}

using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// What final delivery needs beyond the rest: names without marshalling, pipes, waiting for several descriptors, rights of a thread.
/// </summary>
public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAtRaw(int directory, byte* path, int flags, int mode);

    [LibraryImport(Lib, EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAtRaw(int fromDirectory, byte* from, int toDirectory, byte* to);

    [LibraryImport(Lib, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAtRaw(int directory, byte* path, int flags);

    [LibraryImport(Lib, EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* descriptors, int flags);

    /// <summary>openat(2) with a name that ends in a NUL byte.</summary>
    public static int OpenAt(int directory, ReadOnlySpan<byte> name, int flags, int mode)
    {
        int fd;
        fixed (byte* p = name)
        {
            do fd = OpenAtRaw(directory, p, flags, mode);
            while (Interrupted(fd));
        }
        return fd;
    }

    /// <summary>renameat(2) with names that end in a NUL byte.</summary>
    public static int RenameAt(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from)
        fixed (byte* t = to) return RenameAtRaw(fromDirectory, f, toDirectory, t);
    }

    /// <summary>unlinkat(2) with a name that ends in a NUL byte.</summary>
    public static int UnlinkAt(int directory, ReadOnlySpan<byte> name, int flags)
    {
        fixed (byte* p = name) return UnlinkAtRaw(directory, p, flags);
    }

    /// <summary>A pipe, both ends closed on exec; -1 on failure.</summary>
    public static int Pipe(out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        int result = Pipe2(ends, O_CLOEXEC);
        readEnd = result == 0 ? ends[0] : -1;
        writeEnd = result == 0 ? ends[1] : -1;
        return result;
    }

    /// <summary>struct pollfd: a descriptor (negative: ignored), the events asked for and those that happened.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollItem
    {
        public int Fd;
        public short Events;
        public short Happened;
    }

    /// <summary>poll(2) over several descriptors: how many have events, 0 when the time (milliseconds) is up, -1 on failure.</summary>
    public static int Poll(Span<PollItem> items, int timeoutMilliseconds)
    {
        fixed (PollItem* p = items) return PollRaw((PollEntry*)p, (nuint)items.Length, timeoutMilliseconds);
    }

    /// <summary>
    /// Takes CAP_SYS_RESOURCE from THIS THREAD for good. A thread that changes its file identity only would otherwise write past users'
    /// quotas and into the blocks that a file system reserves for root.
    /// </summary>
    public static bool DropResourceOverride()
    {
        const int sysCapGet = 125, sysCapSet = 126;
        const uint version3 = 0x20080522, sysResource = 1u << 24;
        uint* header = stackalloc uint[2] { version3, 0 };
        uint* sets = stackalloc uint[6]; // {effective, permitted, inheritable} for capabilities 0-31, then 32-63
        if (Syscall(sysCapGet, (nint)header, (nint)sets, 0) != 0) return false;
        sets[0] &= ~sysResource;
        sets[1] &= ~sysResource;
        return Syscall(sysCapSet, (nint)header, (nint)sets, 0) == 0;
    }

    /// <summary>The file identity (fsuid) that this thread has now.</summary>
    public static uint CurrentFileUser() => (uint)Syscall(SysSetFsUid, -1, 0, 0);
}

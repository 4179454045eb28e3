using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>What statx(2) says of a file.</summary>
public readonly partial record struct FileStatus(uint Mode, uint Uid, uint Gid, long Size, ulong Inode, ulong Device, uint Links,
    long ModifiedSeconds, int ModifiedNanoseconds, long ChangedSeconds = 0)
{
    public const uint S_IFMT = 0xF000, S_IFSOCK = 0xC000, S_IFLNK = 0xA000, S_IFREG = 0x8000, S_IFDIR = 0x4000;
    private const uint STATX_BASIC_STATS = 0x7ff;

    public bool IsRegular => (Mode & S_IFMT) == S_IFREG;
    public bool IsDirectory => (Mode & S_IFMT) == S_IFDIR;
    public bool IsSymlink => (Mode & S_IFMT) == S_IFLNK;
    public uint Permissions => Mode & FileModes.AllBits;
    public DateTimeOffset Modified => DateTimeOffset.FromUnixTimeSeconds(ModifiedSeconds).AddTicks(ModifiedNanoseconds / 100);

    /// <summary>Status of a path. Follows a final symbolic link only when asked to.</summary>
    public static bool TryGet(string path, out FileStatus status, bool follow = true) =>
        Statx(Paths.AT_FDCWD, path, follow ? 0 : Paths.AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Status of an open descriptor.</summary>
    public static bool TryGet(int fd, out FileStatus status) => Statx(fd, "", Paths.AT_EMPTY_PATH, out status);

    /// <summary>Status of a name in a folder; of the link itself where it is a symbolic one.</summary>
    internal static bool TryGetAt(int directory, string name, out FileStatus status) =>
        Statx(directory, name, Paths.AT_SYMLINK_NOFOLLOW, out status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatxRaw(int directory, string path, int flags, uint mask, byte* buffer);

    private static unsafe bool Statx(int directory, string path, int flags, out FileStatus status)
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
}

using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>Folders, and what lies in them by a folder's descriptor.</summary>
public static unsafe partial class Libc
{
    public const uint RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2;

    [LibraryImport(Lib, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MkDirAt(int directory, string name, uint mode);

    [LibraryImport(Lib, EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FChOwnAt(int directory, string name, uint uid, uint gid, int flags);

    [LibraryImport(Lib, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport(Lib, EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLinkAtRaw(int directory, string name, byte* buffer, nuint size);

    [LibraryImport(Lib, EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDirectoryEntries(int fd, byte* buffer, nuint size);

    [LibraryImport(Lib, EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(int fd, ulong* buffer);

    [LibraryImport(Lib, EntryPoint = "futimens", SetLastError = true)]
    private static partial int FUtimens(int fd, long* times);

    /// <summary>
    /// Makes the names in a folder durable; 0, or errno. EACCES: the caller may not read the folder, and so cannot sync it.
    /// </summary>
    /// <param name="wholeFileSystem">All that was written to the folder's file system, by whomever.</param>
    public static int SyncFolder(string path, bool wholeFileSystem = false)
    {
        int fd = Open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd < 0) return Errno;
        int error = (wholeFileSystem ? SyncFs(fd) : Fsync(fd)) == 0 ? 0 : Errno;
        _ = Close(fd);
        return error;
    }

    /// <summary>Status of a name in a folder; of the link itself where it is a symbolic one.</summary>
    internal static bool TryStatAt(int directory, string name, out FileStatus status) =>
        Statx(directory, name, AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Where a symbolic link leads; null on failure.</summary>
    internal static string? ReadLinkAt(int directory, string name)
    {
        const int longest = 4096; // PATH_MAX
        byte* buffer = stackalloc byte[longest];
        nint n = ReadLinkAtRaw(directory, name, buffer, longest);
        return n is < 0 or >= longest ? null : Encoding.UTF8.GetString(buffer, (int)n);
    }

    /// <summary>The names in an open folder but "." and ".."; null on failure. Those that are no UTF-8 are left out.</summary>
    internal static List<string>? NamesIn(int fd)
    {
        const int size = 32 * 1024, nameOffset = 19; // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, name
        byte* buffer = (byte*)NativeMemory.Alloc(size);
        List<string> names = [];
        try
        {
            nint n;
            while ((n = GetDirectoryEntries(fd, buffer, size)) > 0)
            {
                for (byte* entry = buffer; entry < buffer + n; entry += *(ushort*)(entry + 16))
                {
                    ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + nameOffset);
                    bool isName = !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8) && System.Text.Unicode.Utf8.IsValid(name);
                    if (isName) names.Add(Encoding.UTF8.GetString(name));
                }
            }
            return n == 0 ? names : null;
        }
        finally { NativeMemory.Free(buffer); }
    }

    /// <summary>
    /// A file of procfs, sysfs or another file system that shows the kernel's state: what it contains depends on who reads it. Null when
    /// that cannot be told now: <see cref="Errno"/> says why.
    /// </summary>
    public static bool? IsKernelFile(int fd)
    {
        ulong* buffer = stackalloc ulong[32]; // struct statfs: f_type first
        if (FStatFs(fd, buffer) != 0) return null;
        return (uint)buffer[0] is 0x9FA0 /* proc */ or 0x62656572 /* sys */ or 0x64626720 /* debugfs */
            or 0x74726163 /* tracefs */ or 0x0027E0EB or 0x63677270 /* cgroup, cgroup2 */ or 0x73636673 /* securityfs */
            or 0x62656570 /* configfs */ or 0xF97CFF8C /* selinux */ or 0xCAFE4A11 /* bpf */
            or 0xDE5E81E4 /* efivarfs */ or 0x6165676C /* pstore */;
    }

    /// <summary>Sets access and modification time of an open file, microseconds since 1970.</summary>
    public static int SetModified(int fd, long microseconds)
    {
        long seconds = Math.DivRem(microseconds, 1_000_000, out long rest);
        long* times = stackalloc long[4] { seconds, rest * 1000, seconds, rest * 1000 };
        return FUtimens(fd, times);
    }
}

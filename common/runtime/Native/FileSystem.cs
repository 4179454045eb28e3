using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>File systems: free space, which one it is, and all of one made durable.</summary>
public static unsafe partial class FileSystem
{
    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int Sync(int fd);

    /// <summary>
    /// Makes the names in a folder durable; 0, or errno. EACCES: the caller may not read the folder, and so cannot sync it.
    /// </summary>
    /// <param name="wholeFileSystem">All that was written to the folder's file system, by whomever.</param>
    public static int SyncFolder(string path, bool wholeFileSystem = false)
    {
        using FileDescriptor? folder = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_DIRECTORY);
        if (folder == null) return Errno.Last;
        return (wholeFileSystem ? Sync(folder.Fd) : FileIO.Fsync(folder.Fd)) == 0 ? 0 : Errno.Last;
    }

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
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

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(int fd, ulong* buffer);

    /// <summary>
    /// A file of procfs, sysfs or another file system that shows the kernel's state: what it contains depends on who reads it. Null when
    /// that cannot be told now: <see cref="Errno.Last"/> says why.
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
}

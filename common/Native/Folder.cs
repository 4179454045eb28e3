using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>
/// An open folder, for work in a folder that another user can write: everything goes by its descriptor and by a single name in it, and no
/// symbolic link is followed, so that nobody can put something else in the place of what was looked at. Owns the descriptor. Failures:
/// false, null or -1, with <see cref="Errno.Last"/> set.
/// </summary>
public sealed partial class Folder : IDisposable
{
    private int _fd;

    internal Folder(int fd) => _fd = fd;

    /// <summary>The descriptor; stays this object's.</summary>
    public int Descriptor => _fd;

    /// <summary>
    /// Opens a folder by its path, through no symbolic link that anybody but root and the caller could have made (<see
    /// cref="PathWalk"/>).
    /// </summary>
    public static Folder? Open(string path)
    {
        using PathWalk? walk = PathWalk.To(path, Credentials.GetEUid(), out int errno);
        if (walk == null)
        {
            Marshal.SetLastPInvokeError(errno);
            return null;
        }
        return walk.Name.Length == 0 ? walk.Folder.OpenFolder(".") : walk.Folder.OpenFolder(walk.Name);
    }

    /// <summary>Opens a folder in it.</summary>
    public Folder? OpenFolder(string name)
    {
        int fd = FileIO.OpenAt(_fd, name, FileIO.O_RDONLY | FileIO.O_DIRECTORY | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC, 0);
        return fd < 0 ? null : new Folder(fd);
    }

    /// <summary>
    /// Opens or makes a file in it, which must be a regular one: a descriptor that becomes the caller's, or -1. EINVAL: something else is
    /// there.
    /// </summary>
    public int OpenFile(string name, int flags, int mode = 0)
    {
        int fd = FileIO.OpenAt(_fd, name, flags | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK | FileIO.O_NOCTTY | FileIO.O_CLOEXEC, mode);
        if (fd < 0 || (FileStatus.TryGet(fd, out FileStatus status) && status.IsRegular)) return fd;
        _ = FileIO.Close(fd);
        Marshal.SetLastPInvokeError(Errno.EINVAL);
        return -1;
    }

    /// <summary>Status of the folder itself.</summary>
    public bool TryStat(out FileStatus status) => FileStatus.TryGet(_fd, out status);

    /// <summary>Status of a name in it; of a symbolic link itself.</summary>
    public bool TryStat(string name, out FileStatus status) => FileStatus.TryGetAt(_fd, name, out status);

    public bool TryMakeFolder(string name, uint mode) => Paths.MkDirAt(_fd, name, mode) == 0;

    /// <summary>The names in it; null on failure.</summary>
    public List<string>? Names() => NamesIn(_fd);

    /// <summary>Gives the folder itself owner and mode.</summary>
    public bool TryProtect(uint uid, uint gid, uint mode) => FileIO.FChOwn(_fd, uid, gid) == 0 && FileIO.FChMod(_fd, mode) == 0;

    /// <summary>Gives the folder itself a mode.</summary>
    public bool TrySetMode(uint mode) => FileIO.FChMod(_fd, mode) == 0;

    /// <summary>
    /// Gives a regular file in it to a user. EMLINK: it has other names as well, and might be somebody's file elsewhere; EINVAL: it is no
    /// regular file.
    /// </summary>
    public bool TryGiveFile(string name, uint uid, uint gid)
    {
        int fd = FileIO.OpenAt(_fd, name, FileIO.O_PATH | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC, 0);
        if (fd < 0) return false;
        int errno = !FileStatus.TryGet(fd, out FileStatus status) ? Errno.Last
            : !status.IsRegular ? Errno.EINVAL
            : (status.Uid, status.Gid) == (uid, gid) ? 0
            : status.Links != 1 ? Errno.EMLINK
            : Paths.FChOwnAt(fd, "", uid, gid, Paths.AT_EMPTY_PATH) == 0 ? 0 : Errno.Last;
        _ = FileIO.Close(fd);
        Marshal.SetLastPInvokeError(errno);
        return errno == 0;
    }

    /// <summary>Renames a file in it, within it or to another folder; never over a file that is there (EEXIST).</summary>
    public bool TryRename(string name, Folder target, string newName) =>
        Paths.RenameAt2(_fd, name, target._fd, newName, Paths.RENAME_NOREPLACE) == 0;

    /// <summary>Removes a file or link in it.</summary>
    public bool TryRemove(string name) => Paths.UnlinkAt(_fd, name, 0) == 0;

    /// <summary>Makes the names in it durable; with <paramref name="wholeFileSystem"/> all that was written to its file system.</summary>
    public bool TrySync(bool wholeFileSystem = false) => (wholeFileSystem ? FileSystem.Sync(_fd) : FileIO.Fsync(_fd)) == 0;

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static unsafe partial nint GetDirectoryEntries(int fd, byte* buffer, nuint size);

    /// <summary>The names in an open folder but "." and ".."; null on failure. Those that are no UTF-8 are left out.</summary>
    private static unsafe List<string>? NamesIn(int fd)
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

    /// <summary>Closes it; errno stays what it was.</summary>
    public void Dispose()
    {
        if (_fd < 0) return;
        int errno = Errno.Last;
        _ = FileIO.Close(_fd);
        _fd = -1;
        Marshal.SetLastPInvokeError(errno);
    }
}

using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>
/// An open folder, for work in a folder that another user can write: everything goes by its descriptor and by a single name in it, and no
/// symbolic link is followed, so that nobody can put something else in the place of what was looked at. Owns the descriptor. Failures:
/// false, null or -1, with <see cref="Libc.Errno"/> set.
/// </summary>
public sealed class Folder : IDisposable
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
        using PathWalk? walk = PathWalk.To(path, Libc.GetEUid(), out int errno);
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
        int fd = Libc.OpenAt(_fd, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
        return fd < 0 ? null : new Folder(fd);
    }

    /// <summary>
    /// Opens or makes a file in it, which must be a regular one: a descriptor that becomes the caller's, or -1. EINVAL: something else is
    /// there.
    /// </summary>
    public int OpenFile(string name, int flags, int mode = 0)
    {
        int fd = Libc.OpenAt(_fd, name, flags | Libc.O_NOFOLLOW | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC, mode);
        if (fd < 0 || (Libc.TryStat(fd, out Libc.FileStatus status) && status.IsRegular)) return fd;
        _ = Libc.Close(fd);
        Marshal.SetLastPInvokeError(Libc.EINVAL);
        return -1;
    }

    /// <summary>Status of the folder itself.</summary>
    public bool TryStat(out Libc.FileStatus status) => Libc.TryStat(_fd, out status);

    /// <summary>Status of a name in it; of a symbolic link itself.</summary>
    public bool TryStat(string name, out Libc.FileStatus status) => Libc.TryStatAt(_fd, name, out status);

    public bool TryMakeFolder(string name, uint mode) => Libc.MkDirAt(_fd, name, mode) == 0;

    /// <summary>The names in it; null on failure.</summary>
    public List<string>? Names() => Libc.NamesIn(_fd);

    /// <summary>Gives the folder itself owner and mode.</summary>
    public bool TryProtect(uint uid, uint gid, uint mode) => Libc.FChOwn(_fd, uid, gid) == 0 && Libc.FChMod(_fd, mode) == 0;

    /// <summary>Gives the folder itself a mode.</summary>
    public bool TrySetMode(uint mode) => Libc.FChMod(_fd, mode) == 0;

    /// <summary>
    /// Gives a regular file in it to a user. EMLINK: it has other names as well, and might be somebody's file elsewhere; EINVAL: it is no
    /// regular file.
    /// </summary>
    public bool TryGiveFile(string name, uint uid, uint gid)
    {
        int fd = Libc.OpenAt(_fd, name, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0);
        if (fd < 0) return false;
        int errno = !Libc.TryStat(fd, out Libc.FileStatus status) ? Libc.Errno
            : !status.IsRegular ? Libc.EINVAL
            : (status.Uid, status.Gid) == (uid, gid) ? 0
            : status.Links != 1 ? Libc.EMLINK
            : Libc.FChOwnAt(fd, "", uid, gid, Libc.AT_EMPTY_PATH) == 0 ? 0 : Libc.Errno;
        _ = Libc.Close(fd);
        Marshal.SetLastPInvokeError(errno);
        return errno == 0;
    }

    /// <summary>Renames a file in it, within it or to another folder; never over a file that is there (EEXIST).</summary>
    public bool TryRename(string name, Folder target, string newName) =>
        Libc.RenameAt2(_fd, name, target._fd, newName, Libc.RENAME_NOREPLACE) == 0;

    /// <summary>Removes a file or link in it.</summary>
    public bool TryRemove(string name) => Libc.UnlinkAt(_fd, name, 0) == 0;

    /// <summary>Makes the names in it durable; with <paramref name="wholeFileSystem"/> all that was written to its file system.</summary>
    public bool TrySync(bool wholeFileSystem = false) => (wholeFileSystem ? Libc.SyncFs(_fd) : Libc.Fsync(_fd)) == 0;

    /// <summary>Closes it; errno stays what it was.</summary>
    public void Dispose()
    {
        if (_fd < 0) return;
        int errno = Libc.Errno;
        _ = Libc.Close(_fd);
        _fd = -1;
        Marshal.SetLastPInvokeError(errno);
    }
}

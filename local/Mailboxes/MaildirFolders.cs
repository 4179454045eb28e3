using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// The open tmp/ and new/ of a Maildir, shared by the deliveries under way into it. Owned by <see cref="MaildirFolders"/>.
/// </summary>
internal sealed class OpenMaildir(string path, uint uid)
{
    public readonly string Path = path;
    public readonly uint Uid = uid;
    public FileDescriptor? TmpFolder, NewFolder;
    public ulong NewInode, Device;
    public long UsedAt;
    public int Users;
    public bool Stale;

    public int Tmp => TmpFolder!.Fd;

    public int New => NewFolder!.Fd;
}

/// <summary>
/// Keeps the folders of the Maildirs that are delivered to most open. That a folder was renamed or removed since is noticed at the next
/// delivery: its path's inode is another, or creating a file in it fails. Makes missing folders. All methods that take a path run under the
/// recipient's file identity.
/// </summary>
internal sealed class MaildirFolders(int capacity = 128)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, uint), OpenMaildir> _open = [];

    /// <summary>Opens a Maildir, making what is missing. Null with errno set. To be given back by <see cref="Release"/>.</summary>
    /// <param name="path">Ends with a slash.</param>
    public OpenMaildir? Acquire(string path, uint uid, out int errno)
    {
        errno = 0;
        long now = Environment.TickCount64;
        OpenMaildir? folder;
        lock (_gate)
        {
            if (_open.TryGetValue((path, uid), out folder))
            {
                folder.Users++;
                folder.UsedAt = now;
            }
        }
        if (folder != null)
        {
            if (IsStillThere(folder)) return folder;
            Invalidate(folder);
            Release(folder);
        }
        folder = Open(path, uid, now, out errno);
        if (folder != null) Add(folder);
        return folder;
    }

    /// <summary>Gives a folder back; the last user of a stale one closes it.</summary>
    public void Release(OpenMaildir folder)
    {
        lock (_gate)
        {
            folder.Users--;
            if (folder.Stale && folder.Users == 0) Close(folder);
        }
    }

    /// <summary>The folder is not what its path leads to any more.</summary>
    public void Invalidate(OpenMaildir folder)
    {
        lock (_gate)
        {
            if (folder.Stale) return;
            folder.Stale = true;
            _open.Remove((folder.Path, folder.Uid));
        }
    }

    private void Add(OpenMaildir folder)
    {
        lock (_gate)
        {
            folder.Users = 1;
            if (_open.TryAdd((folder.Path, folder.Uid), folder))
            {
                if (_open.Count > capacity) EvictOldest();
            }
            else folder.Stale = true; // another thread was first; this one is closed after use
        }
    }

    private void EvictOldest()
    {
        OpenMaildir? oldest = null;
        foreach (OpenMaildir f in _open.Values)
        {
            if (f.Users == 0 && (oldest == null || f.UsedAt < oldest.UsedAt)) oldest = f;
        }
        if (oldest == null) return;
        _open.Remove((oldest.Path, oldest.Uid));
        Close(oldest);
    }

    /// <summary>new/ is where readers look; a tmp/ that was put elsewhere serves as well, as long as it can be written to.</summary>
    private static bool IsStillThere(OpenMaildir folder) =>
        FileStatus.TryGet(folder.Path + "new", out FileStatus n) && n.Inode == folder.NewInode && n.Device == folder.Device;

    private static OpenMaildir? Open(string path, uint uid, long now, out int errno)
    {
        OpenMaildir folder = new(path, uid) { UsedAt = now };
        bool made = false;
        while (true)
        {
            folder.NewFolder = OpenFolder(path + "new", out errno, out folder.NewInode, out folder.Device);
            if (folder.NewFolder != null) folder.TmpFolder = OpenFolder(path + "tmp", out errno, out _, out _);
            if (folder.TmpFolder != null) return folder;
            Close(folder);
            if (errno != Errno.ENOENT || made) return null;
            foreach (string name in (ReadOnlySpan<string>)["cur", "tmp", "new"])
            {
                if (!MakeFolders(path + name, out errno)) return null;
            }
            made = true;
        }
    }

    private static FileDescriptor? OpenFolder(string path, out int errno, out ulong inode, out ulong device)
    {
        inode = device = 0;
        errno = 0;
        FileDescriptor? folder = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_DIRECTORY);
        if (folder != null && FileStatus.TryGet(folder.Fd, out FileStatus status))
        {
            inode = status.Inode;
            device = status.Device;
            return folder;
        }
        errno = Errno.Last;
        folder?.Dispose();
        return null;
    }

    /// <summary>Makes a folder and its missing parents, mode 0700, and makes their names durable.</summary>
    public static bool MakeFolders(string path, out int errno)
    {
        errno = 0;
        if (Paths.MkDir(path, FileModes.PrivateFolder) == 0) return SyncParent(path, out errno);
        errno = Errno.Last;
        if (errno == Errno.EEXIST) return true;
        int slash = path.LastIndexOf('/');
        if (errno != Errno.ENOENT || slash <= 0) return false;
        if (!MakeFolders(path[..slash], out errno)) return false;
        if (Paths.MkDir(path, FileModes.PrivateFolder) == 0) return SyncParent(path, out errno);
        errno = Errno.Last;
        return errno == Errno.EEXIST;
    }

    /// <summary>
    /// fsync of the folder that a path lies in. A folder that may not be read can't be synced: that is left to the file system.
    /// </summary>
    public static bool SyncParent(string path, out int errno)
    {
        int slash = path.LastIndexOf('/');
        errno = FileSystem.SyncFolder(slash <= 0 ? "/" : path[..slash]);
        if (errno == Errno.EACCES) errno = 0;
        return errno == 0;
    }

    private static void Close(OpenMaildir folder)
    {
        folder.NewFolder?.Dispose();
        folder.TmpFolder?.Dispose();
        folder.NewFolder = folder.TmpFolder = null;
    }
}

namespace MtaSuite.Common.Native;

/// <summary>
/// An absolute path, walked folder by folder with a descriptor of each, and whether others than root, and one user, could have changed
/// what it leads to. A symbolic link is followed only where that is certain: it belongs to root or to that user, and nobody else can
/// write any folder on the way to it. Owns the descriptor of the last folder.
/// </summary>
public sealed class PathWalk : IDisposable
{
    private const int MaxLinks = 40; // what the kernel follows

    private readonly uint _user;
    private readonly Stack<string> _rest = new();
    private FileDescriptor? _current;
    private int _links;
    /// <summary>Somebody else can write a folder above this one, or this one.</summary>
    private bool _open;
    /// <summary>This one can be written by all, but nobody can remove what is not his (/tmp).</summary>
    private bool _sticky;

    private PathWalk(uint user) => _user = user;

    /// <summary>The folder that the path ends in.</summary>
    public Folder Folder { get; private set; } = new(new FileDescriptor(-1));

    /// <summary>Status of that folder.</summary>
    public FileStatus FolderStatus { get; private set; }

    /// <summary>The last name of the path, no symbolic link. Empty for "/".</summary>
    public string Name { get; private set; } = "";

    /// <summary>What is there; null: nothing yet.</summary>
    public FileStatus? Status { get; private set; }

    /// <summary>
    /// Users other than root and the one asked about can write a folder of the path: what is there now need not be there any more.
    /// </summary>
    public bool OthersMayWrite { get; private set; }

    /// <summary>The owner of the last folder of the path that is neither root's nor the user's; 0: there is none.</summary>
    public uint OtherOwner { get; private set; }

    /// <summary>Walks a path with the rights that the thread has; null with errno. ELOOP: a link that must not be followed.</summary>
    /// <param name="user">Whom the caller acts for: his own folders and links are trusted as root's are.</param>
    public static PathWalk? To(string path, uint user, out int errno)
    {
        PathWalk walk = new(user);
        errno = path.StartsWith('/') ? walk.Run(path) : Errno.EINVAL;
        if (errno == 0) return walk;
        walk.Dispose();
        return null;
    }

    private int Run(string path)
    {
        int error = Push(path);
        while (error == 0 && _rest.TryPop(out string? name))
        {
            if (name == ".") continue;
            error = Step(name);
            if (Name.Length > 0) break;
        }
        if (error != 0) return error;
        if (!FileStatus.TryGet(_current!.Fd, out FileStatus status)) return Errno.Last;
        (FolderStatus, OthersMayWrite) = (status, _open || _sticky);
        (Folder, _current) = (new Folder(_current), null);
        return 0;
    }

    /// <summary>Puts a path in front of what is left; an absolute one begins at the root again.</summary>
    private int Push(string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = names.Length - 1; i >= 0; i--) _rest.Push(names[i]);
        if (!path.StartsWith('/')) return 0;
        _sticky = false;
        return Enter(FileDescriptor.TryOpen("/", FileIO.O_PATH | FileIO.O_DIRECTORY));
    }

    private int Step(string name)
    {
        const int flags = FileIO.O_PATH | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC;
        bool last = _rest.Count == 0;
        // only as a folder is one mounted that is mounted on demand
        FileDescriptor? file = last ? null : OpenAt(name, flags | FileIO.O_DIRECTORY);
        if (last || (file == null && Errno.Last == Errno.ENOTDIR)) file = OpenAt(name, flags);
        if (file == null && last && Errno.Last == Errno.ENOENT)
        {
            Name = name;
            return 0;
        }
        if (file == null) return Errno.Last;
        bool isKnown = FileStatus.TryGet(file.Fd, out FileStatus status);
        if (isKnown && !status.IsSymlink && (last ? name == ".." : status.IsDirectory)) return Enter(file);
        using (file)
        {
            if (!isKnown) return Errno.Last;
            if (status.IsSymlink) return Follow(name, status);
            if (!last) return Errno.ENOTDIR;
            (Name, Status) = (name, status);
            return 0;
        }
    }

    private FileDescriptor? OpenAt(string name, int flags) => FileDescriptor.From(FileIO.OpenAt(_current!.Fd, name, flags, 0));

    private int Follow(string name, FileStatus link)
    {
        if (_open || _sticky || !IsTrusted(link.Uid) || ++_links > MaxLinks) return Errno.ELOOP;
        return Paths.ReadLinkAt(_current!.Fd, name) is { Length: > 0 } target ? Push(target) : Errno.ENOENT;
    }

    private int Enter(FileDescriptor? folder)
    {
        if (folder == null) return Errno.Last;
        _current?.Dispose();
        _current = folder;
        if (!FileStatus.TryGet(folder.Fd, out FileStatus status)) return Errno.Last;
        // in a sticky folder nobody else can replace a folder that belongs to root or the user
        bool trusted = IsTrusted(status.Uid), sticky = trusted && (status.Permissions & FileModes.Sticky) != 0;
        if (!trusted) OtherOwner = status.Uid;
        _open |= !trusted || (!sticky && (status.Permissions & FileModes.GroupAndOthersWrite) != 0);
        _sticky = sticky && (status.Permissions & FileModes.GroupAndOthersWrite) != 0;
        return 0;
    }

    private bool IsTrusted(uint uid) => uid == 0 || uid == _user;

    public void Dispose()
    {
        _current?.Dispose();
        Folder.Dispose();
    }
}

namespace MtaSuite.Common.Native;

/// <summary>
/// An open folder. What a privileged process does in a folder that another user may write, it does through this: names are looked up in
/// this very folder, whatever its path leads to by then, and no symbolic link among them is followed. Owns the descriptor.
/// </summary>
public sealed class FolderHandle : IDisposable
{
    private const uint PrivateMode = FileModes.PrivateFile;
    private bool _closed;

    private FolderHandle(int fd) => Fd = fd;

    /// <summary>For calls that this type does not have.</summary>
    public int Fd { get; }

    /// <summary>Opens a folder; null with errno. The parent folders of the path must be trustworthy.</summary>
    /// <param name="follow">The path itself may be a symbolic link: only where nobody else can write the folder it lies in.</param>
    public static FolderHandle? TryOpen(string path, bool follow = false) => Make(FileIO.Open(path, Flags(follow), 0));

    /// <summary>Opens a folder in this folder; null with errno.</summary>
    public FolderHandle? TryOpenFolder(string name) => Make(FileIO.OpenAt(Fd, name, Flags(follow: false), 0));

    private static int Flags(bool follow) => FileIO.O_RDONLY | FileIO.O_DIRECTORY | FileIO.O_CLOEXEC | (follow ? 0 : FileIO.O_NOFOLLOW);

    private static FolderHandle? Make(int fd) => fd < 0 ? null : new FolderHandle(fd);

    /// <summary>Opens a file by open(2) flags; the descriptor, or -1 with errno.</summary>
    public int Open(string name, int flags, uint mode = PrivateMode) =>
        FileIO.OpenAt(Fd, name, flags | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC, (int)mode);

    public bool TryStat(string name, out FileStatus status) => FileStatus.TryGetAt(Fd, name, out status);

    /// <summary>Status of the folder itself.</summary>
    public bool TryStat(out FileStatus status) => FileStatus.TryGet(Fd, out status);

    /// <summary>Removes a name that is no folder; 0, or errno.</summary>
    public int Remove(string name) => Paths.UnlinkAt(Fd, name, 0) == 0 ? 0 : Errno.Last;

    /// <summary>Makes a folder in this one; 0, or errno.</summary>
    public int MakeFolder(string name, uint mode) => Paths.MkDirAt(Fd, name, mode) == 0 ? 0 : Errno.Last;

    /// <summary>Replaces a file in one step: whoever opens the name finds the old contents or the new. 0, or errno.</summary>
    public int Replace(string name, ReadOnlySpan<byte> contents, uint mode)
    {
        string temporary = $".{name}.new";
        _ = Paths.UnlinkAt(Fd, temporary, 0);
        int fd = Open(temporary, FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL);
        if (fd < 0) return Errno.Last;
        int error = FileIO.WriteAll(fd, contents) && FileIO.FChMod(fd, mode) == 0 ? 0 : Errno.Last;
        _ = FileIO.Close(fd);
        if (error == 0 && Paths.RenameAt(Fd, temporary, Fd, name) == 0) return 0;
        if (error == 0) error = Errno.Last;
        _ = Paths.UnlinkAt(Fd, temporary, 0);
        return error;
    }

    /// <summary>
    /// Binds a Unix socket to a name in this folder, for everybody to connect to; 0, or errno. What has the name so far is removed. The
    /// mode comes from the umask, which is the whole process's for the moment: no second look at the name is needed.
    /// </summary>
    public int BindSocket(int socket, string name)
    {
        _ = Paths.UnlinkAt(Fd, name, 0);
        uint mask = Paths.UMask(FileModes.AnyExecute);
        int error = Sockets.BindUnix(socket, $"/proc/self/fd/{Fd}/{name}") == 0 ? 0 : Errno.Last;
        _ = Paths.UMask(mask);
        return error;
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _ = FileIO.Close(Fd);
    }
}

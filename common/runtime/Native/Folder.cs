using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>
/// An open folder, for work in a folder that another user can write: everything goes by its descriptor and by a single name in it, whatever
/// its path leads to by then, and no symbolic link is followed, so that nobody can put something else in the place of what was looked at.
/// Owns the descriptor. Failures: false or null, with <see cref="Errno.Last"/> set.
/// </summary>
public sealed partial class Folder : IDisposable
{
    private readonly FileDescriptor _descriptor;

    internal Folder(FileDescriptor descriptor) => _descriptor = descriptor;

    /// <summary>For calls that this type does not have; the number stays this object's.</summary>
    public int Fd => _descriptor.Fd;

    /// <summary>Opens a folder. The parent folders of the path must be trustworthy.</summary>
    /// <param name="follow">The path itself may be a symbolic link: only where nobody else can write the folder it lies in.</param>
    public static Folder? TryOpen(string path, bool follow = false) => Own(FileDescriptor.TryOpen(path, Flags(follow)));

    /// <summary>
    /// Opens a folder by its path, through no symbolic link that anybody but root and the caller could have made (<see
    /// cref="PathWalk"/>).
    /// </summary>
    public static Folder? TryWalk(string path)
    {
        using PathWalk? walk = PathWalk.To(path, Credentials.GetEUid(), out int errno);
        if (walk != null) return walk.Folder.TryOpenFolder(walk.Name.Length == 0 ? "." : walk.Name);
        Marshal.SetLastPInvokeError(errno);
        return null;
    }

    private static int Flags(bool follow) => FileIO.O_RDONLY | FileIO.O_DIRECTORY | FileIO.O_CLOEXEC | (follow ? 0 : FileIO.O_NOFOLLOW);

    private static Folder? Own(FileDescriptor? descriptor) => descriptor == null ? null : new Folder(descriptor);

    /// <summary>Opens a folder in it.</summary>
    public Folder? TryOpenFolder(string name) => Own(FileDescriptor.From(FileIO.OpenAt(Fd, name, Flags(follow: false), 0)));

    /// <summary>Opens or makes a file in it, which must be a regular one. EINVAL: something else is there.</summary>
    public FileDescriptor? TryOpenFile(string name, int flags, uint mode = FileModes.PrivateFile)
    {
        flags |= FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK | FileIO.O_NOCTTY | FileIO.O_CLOEXEC;
        FileDescriptor? file = FileDescriptor.From(FileIO.OpenAt(Fd, name, flags, mode));
        if (file == null || (FileStatus.TryGet(file.Fd, out FileStatus status) && status.IsRegular)) return file;
        file.Dispose();
        Marshal.SetLastPInvokeError(Errno.EINVAL);
        return null;
    }

    /// <summary>Status of the folder itself.</summary>
    public bool TryStat(out FileStatus status) => FileStatus.TryGet(Fd, out status);

    /// <summary>Status of a name in it; of a symbolic link itself.</summary>
    public bool TryStat(string name, out FileStatus status) => FileStatus.TryGetAt(Fd, name, out status);

    public bool TryMakeFolder(string name, uint mode) => Paths.MkDirAt(Fd, name, mode) == 0;

    /// <summary>Gives the folder itself owner and mode.</summary>
    public bool TryProtect(uint uid, uint gid, uint mode) => FileIO.FChOwn(Fd, uid, gid) == 0 && FileIO.FChMod(Fd, mode) == 0;

    /// <summary>Gives the folder itself a mode.</summary>
    public bool TrySetMode(uint mode) => FileIO.FChMod(Fd, mode) == 0;

    /// <summary>
    /// Gives a regular file in it to a user. EMLINK: it has other names as well, and might be somebody's file elsewhere; EINVAL: it is no
    /// regular file.
    /// </summary>
    public bool TryGiveFile(string name, uint uid, uint gid)
    {
        using FileDescriptor? file =
            FileDescriptor.From(FileIO.OpenAt(Fd, name, FileIO.O_PATH | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC, 0));
        if (file == null) return false;
        int errno = !FileStatus.TryGet(file.Fd, out FileStatus status) ? Errno.Last
            : !status.IsRegular ? Errno.EINVAL
            : (status.Uid, status.Gid) == (uid, gid) ? 0
            : status.Links != 1 ? Errno.EMLINK
            : Paths.FChOwnAt(file.Fd, "", uid, gid, Paths.AT_EMPTY_PATH) == 0 ? 0 : Errno.Last;
        Marshal.SetLastPInvokeError(errno);
        return errno == 0;
    }

    /// <summary>Renames a file in it, within it or to another folder; never over a file that is there (EEXIST).</summary>
    public bool TryRename(string name, Folder target, string newName) =>
        Paths.RenameAt2(Fd, name, target.Fd, newName, Paths.RENAME_NOREPLACE) == 0;

    /// <summary>Removes a name in it that is no folder.</summary>
    public bool TryRemove(string name) => Paths.UnlinkAt(Fd, name, 0) == 0;

    /// <summary>Replaces a file in one step: whoever opens the name finds the old contents or the new.</summary>
    public bool TryReplace(string name, ReadOnlySpan<byte> contents, uint mode)
    {
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW | FileIO.O_CLOEXEC;
        string temporary = $".{name}.new";
        _ = TryRemove(temporary);
        using FileDescriptor? file = FileDescriptor.From(FileIO.OpenAt(Fd, temporary, flags, FileModes.PrivateFile));
        if (file == null) return false;
        if (FileIO.WriteAll(file.Fd, contents) && FileIO.FChMod(file.Fd, mode) == 0
            && Paths.RenameAt(Fd, temporary, Fd, name) == 0) return true;
        int errno = Errno.Last;
        _ = TryRemove(temporary);
        Marshal.SetLastPInvokeError(errno);
        return false;
    }

    /// <summary>
    /// Binds a Unix socket to a name in it, for everybody to connect to. What has the name so far is removed. The mode, 0666, comes from
    /// the umask, which is the whole process's for the moment: no second look at the name is needed.
    /// </summary>
    public bool TryBindSocket(int socket, string name)
    {
        _ = TryRemove(name);
        uint mask = Paths.UMask(FileModes.AnyExecute);
        int errno = Sockets.BindUnix(socket, $"/proc/self/fd/{Fd}/{name}") == 0 ? 0 : Errno.Last;
        _ = Paths.UMask(mask);
        Marshal.SetLastPInvokeError(errno);
        return errno == 0;
    }

    /// <summary>Makes the names in it durable; with <paramref name="wholeFileSystem"/> all that was written to its file system.</summary>
    public bool TrySync(bool wholeFileSystem = false) => (wholeFileSystem ? FileSystem.Sync(Fd) : FileIO.Fsync(Fd)) == 0;

    public void Dispose() => _descriptor.Dispose();

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static unsafe partial nint GetDirectoryEntries(int fd, byte* buffer, nuint size);

    /// <summary>The names in it but "." and ".."; null on failure. Those that are no UTF-8 are left out.</summary>
    public unsafe List<string>? Names()
    {
        const int size = 32 * 1024, nameOffset = 19; // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, name
        byte* buffer = (byte*)NativeMemory.Alloc(size);
        List<string> names = [];
        try
        {
            nint n;
            while ((n = GetDirectoryEntries(Fd, buffer, size)) > 0)
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
}

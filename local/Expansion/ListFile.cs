using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>A .forward or included file that was opened, or why it was not.</summary>
/// <param name="File">The caller's to close; null: see <paramref name="Problem"/>.</param>
/// <param name="IsTemporary">What keeps it from being opened may be over with the next attempt.</param>
/// <param name="Owner">Who can change what the file says: its owner, or where that is root whoever can put another file in its place. 0:
/// root alone.</param>
internal readonly record struct OpenedList(FileDescriptor? File, FileStatus Status, uint Owner, string? Problem, bool IsTemporary = false)
{
    public static OpenedList Refused(string problem) => new(null, default, 0, problem);

    public static OpenedList Failed(int errno) => new(null, default, 0, $"cannot be opened: {Errno.Text(errno)}", IsTemporaryError(errno));

    /// <summary>An error that says nothing of the file itself, so that the next attempt may find it.</summary>
    public static bool IsTemporaryError(int errno) => errno is not (Errno.ENOENT or Errno.EACCES or Errno.EPERM or Errno.ENOTDIR
        or Errno.ELOOP
        or Errno.ENAMETOOLONG or Errno.ENXIO or Errno.EINVAL);
}

/// <summary>
/// Opens lists of destinations in files. Their lines come back in notices and in the log, so each is opened with the rights of somebody
/// who may read what the list's author may read: a user's own with that user's rights; one that root's alias includes with those of the
/// owner of the folder that it lies in, since that one could put a link to any file in its place. On the way to the file symbolic links
/// are followed where only root, and the user himself, can have made them.
/// </summary>
internal static class ListFile
{
    private const string NoRights = "cannot be opened with its user's rights";
    private const string BadLink = "is reached through a symbolic link that others could change";

    /// <summary>Opens a file for whoever names it.</summary>
    /// <param name="reader">Who does; uid 0: an alias of root's.</param>
    /// <param name="others">Whose rights serve where a file of root's lies in a folder that is not root's alone.</param>
    public static OpenedList Open(string path, UserRights reader, UserRights others)
    {
        if (!FileIdentity.TryAssume(reader.Uid, reader.Gid, out FileIdentity identity))
            return OpenedList.Refused(NoRights) with { IsTemporary = true };
        PathWalk? walk;
        int errno;
        using (identity) walk = PathWalk.To(path, FileIdentity.IsPrivileged ? reader.Uid : Credentials.GetEUid(), out errno);
        if (walk == null) return errno == Errno.ELOOP ? OpenedList.Refused(BadLink) : OpenedList.Failed(errno);
        using (walk)
        {
            if (walk.Status is not { } status) return OpenedList.Failed(Errno.ENOENT);
            if (Refusal(walk, status) is { } refusal) return OpenedList.Refused(refusal);
            UserRights? rights = reader.Uid != 0 || !FileIdentity.IsPrivileged ? reader : ReaderFor(walk, status, others);
            if (rights == null) return OpenedList.Refused("belongs to a user who cannot be found");
            if (!FileIdentity.TryAssume(rights.Uid, rights.Gid, out identity))
                return OpenedList.Refused(NoRights) with { IsTemporary = true };
            using (identity) return Open(walk, status);
        }
    }

    private static string? Refusal(PathWalk walk, FileStatus status) => !status.IsRegular ? "is not a regular file"
        : (status.Permissions & FileModes.OthersWrite) != 0 ? "is world writable"
        // a second name for a file that its owner never meant to be a list
        : walk.OthersMayWrite && status.Links != 1 && status.Uid != walk.FolderStatus.Uid ? $"has {status.Links} hard links"
        : null;

    /// <summary>With whose rights root opens a file; null: the account cannot be found.</summary>
    private static UserRights? ReaderFor(PathWalk walk, FileStatus status, UserRights others)
    {
        uint uid = walk.OthersMayWrite && walk.FolderStatus.Uid != 0 ? walk.FolderStatus.Uid : status.Uid;
        if (uid == 0) return walk.OthersMayWrite ? others : UserRights.None;
        return Accounts.Find(uid, out Account? account) == AccountStatus.Found ? UserRights.Of(account!) : null;
    }

    private static OpenedList Open(PathWalk walk, FileStatus status)
    {
        FileDescriptor? file = walk.Folder.TryOpenFile(walk.Name, FileIO.O_RDONLY);
        if (file == null) return Errno.Last == Errno.EINVAL ? OpenedList.Refused("is not a regular file") : OpenedList.Failed(Errno.Last);
        OpenedList list = Examine(walk, file, status);
        if (list.File == null) file.Dispose();
        return list;
    }

    /// <summary>The open file, when it is the one that the path led to and a list; what cannot be told now may be told later.</summary>
    private static OpenedList Examine(PathWalk walk, FileDescriptor file, FileStatus expected)
    {
        if (!FileStatus.TryGet(file.Fd, out FileStatus opened)) return OpenedList.Failed(Errno.Last);
        if ((opened.Inode, opened.Device) != (expected.Inode, expected.Device))
            return OpenedList.Refused("was replaced meanwhile") with { IsTemporary = true };
        bool? isKernels = FileSystem.IsKernelFile(file.Fd);
        if (isKernels == null) return OpenedList.Failed(Errno.Last);
        if (isKernels == true) return OpenedList.Refused("shows the state of the kernel");
        return new OpenedList(file, opened, opened.Uid != 0 || !walk.OthersMayWrite ? opened.Uid : walk.FolderStatus.Uid, null);
    }
}

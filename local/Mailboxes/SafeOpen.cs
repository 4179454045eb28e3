using MtaSuite.Common.Native;

namespace MtaSuite.Local.Mailboxes;

/// <summary>A mailbox file that was opened, or why it was not.</summary>
/// <param name="File">The caller's to close; null: it was not opened.</param>
/// <param name="Trap">The file is a link of some kind: somebody may want us to write elsewhere, and waiting does not help.</param>
internal readonly record struct OpenedFile(FileDescriptor? File, FileStatus Status, bool Created, int Error, string Reason, bool Trap)
{
    /// <summary>The descriptor of a file that was opened.</summary>
    public int Fd => File!.Fd;

    public static OpenedFile Failed(int errno, string what) => new(null, default, false, errno, $"{what}: {Errno.Text(errno)}", false);

    public static OpenedFile Refused(string reason) => new(null, default, false, Errno.EPERM, reason, true);
}

/// <summary>
/// Opens a file for appending in a folder where others may play tricks: never through a symbolic link (but root's own, in a folder that
/// only root writes to), never one with several hard links, never waiting for the other end of a FIFO.
/// </summary>
internal static class SafeOpen
{
    private const int Common = FileIO.O_APPEND | FileIO.O_NONBLOCK | FileIO.O_NOCTTY | FileIO.O_CLOEXEC;

    /// <summary>Opens the file, or makes it with mode 0600.</summary>
    /// <param name="owner">Who gets a file that had to be made; null: it stays with the identity of this thread.</param>
    public static OpenedFile Open(string path, (uint Uid, uint Gid)? owner)
    {
        for (int attempt = 0; ; attempt++)
        {
            OpenedFile file = OpenExisting(path);
            if (file.Error != Errno.ENOENT) return file;
            file = Create(path, owner);
            if (file.Error != Errno.EEXIST || attempt >= 2) return file;
        }
    }

    private static OpenedFile OpenExisting(string path)
    {
        // reading as well, where it is allowed: the end of the file shows whether an earlier delivery was cut short
        bool regular = FileStatus.TryGet(path, out FileStatus before) && before.IsRegular;
        FileDescriptor? descriptor = FileDescriptor.TryOpen(path, Common | (regular ? FileIO.O_RDWR : FileIO.O_WRONLY));
        if (descriptor == null && regular && Errno.Last == Errno.EACCES)
            descriptor = FileDescriptor.TryOpen(path, Common | FileIO.O_WRONLY);
        if (descriptor == null) return OpenedFile.Failed(Errno.Last, "cannot open file");
        OpenedFile file = Examine(path, descriptor);
        if (file.File == null) descriptor.Dispose();
        return file;
    }

    /// <summary>
    /// An open file, when it is fit for mail and the one that its name names; what the file system cannot tell now it may tell later.
    /// </summary>
    private static OpenedFile Examine(string path, FileDescriptor file)
    {
        const string changed = "file status changed unexpectedly", unknown = "file status is not available";
        if (!FileStatus.TryGet(file.Fd, out FileStatus status)) return OpenedFile.Failed(Errno.Last, unknown);
        if (status.Links != 1) return OpenedFile.Refused($"file has {status.Links} hard links");
        if (status.IsDirectory) return OpenedFile.Refused("file is a directory");
        // such as the links in /proc/self/fd: descriptors of this process, which are not the recipient's
        bool? isKernels = path.StartsWith("/proc/", StringComparison.Ordinal) ? true : FileSystem.IsKernelFile(file.Fd);
        if (isKernels == null) return OpenedFile.Failed(Errno.Last, unknown);
        if (isKernels == true) return OpenedFile.Refused("file is one of the kernel's");
        if (!FileStatus.TryGet(path, out FileStatus name, follow: false))
            return Errno.Last == Errno.ENOENT ? OpenedFile.Refused(changed) : OpenedFile.Failed(Errno.Last, unknown);
        bool fits = name.IsSymlink ? IsRootsLink(path, name)
            : name.Inode == status.Inode && name.Device == status.Device && name.Links == status.Links && name.Mode == status.Mode;
        return fits ? new OpenedFile(file, status, false, 0, "", false)
            : OpenedFile.Refused(name.IsSymlink ? "file is a symbolic link" : changed);
    }

    private static bool IsRootsLink(string path, FileStatus link)
    {
        int slash = path.LastIndexOf('/');
        return link.Uid == 0 && slash >= 0 && FileStatus.TryGet(slash == 0 ? "/" : path[..slash], out FileStatus folder)
            && folder.Uid == 0 && (folder.Permissions & FileModes.GroupAndOthersWrite) == 0;
    }

    private static OpenedFile Create(string path, (uint Uid, uint Gid)? owner)
    {
        const int flags = Common | FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_EXCL;
        FileDescriptor? file = FileDescriptor.TryOpen(path, flags, FileModes.PrivateFile);
        if (file == null) return OpenedFile.Failed(Errno.Last, "cannot create file exclusively");
        if ((owner == null || FileIO.FChOwn(file.Fd, owner.Value.Uid, owner.Value.Gid) == 0)
            && FileStatus.TryGet(file.Fd, out FileStatus status))
            return new OpenedFile(file, status, true, 0, "", false);
        OpenedFile failed = OpenedFile.Failed(Errno.Last, "cannot change file ownership");
        file.Dispose();
        return failed;
    }
}

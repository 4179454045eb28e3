using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using System.Text;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// Delivery into a Maildir: written under tmp/, renamed into new/, then synced once, before success is said, unless the journal answers for
/// it. One fsync of a file that has its final name makes data and name durable on ext4 (with a journal or without), XFS and btrfs; the sync
/// of file, rename and sync of new/ would cost a quarter more CPU and twice the wait. Readers always see whole messages; after a power
/// failure between rename and fsync a torn one may stay in new/, and the message is delivered again.
/// </summary>
internal sealed class MaildirDelivery(TimeProvider clock, long sizeLimit)
{
    private readonly MaildirFolders _folders = new();

    /// <summary>Delivers one message.</summary>
    /// <param name="path">The Maildir, ending with a slash.</param>
    /// <param name="rights">Whose it is; files and folders are made with these rights.</param>
    /// <param name="makeTop">The Maildir lies in a spool folder that only root may write to: root then makes it for the user when it is
    /// missing.</param>
    public Outcome Deliver(MessageContent content, CopySpec spec, string path, UserRights rights, DeliverySync sync, bool makeTop = false)
    {
        Outcome outcome = DeliverAs(content, spec, path, rights, sync, out int openErrno);
        if (!makeTop || openErrno != Errno.EACCES || !FileIdentity.IsPrivileged || rights.Uid == 0) return outcome;
        return TryMakeTop(path, rights) ? DeliverAs(content, spec, path, rights, sync, out _) : outcome;
    }

    private Outcome DeliverAs(MessageContent content, CopySpec spec, string path, UserRights rights, DeliverySync sync, out int openErrno)
    {
        openErrno = 0;
        if (!FileIdentity.TryAssume(rights.Uid, rights.Gid, out FileIdentity identity))
            return MailboxErrors.IdentityRefused(rights.Uid, rights.Gid);
        using (identity)
        {
            for (int attempt = 0; ; attempt++)
            {
                OpenMaildir? folder = _folders.Acquire(path, rights.Uid, out openErrno);
                if (folder == null) return MailboxErrors.FromErrno(openErrno, $"maildir delivery failed: open {path}: "
                    + $"{Errno.Text(openErrno)}");
                Outcome? outcome = Store(content, spec, folder, rights, sync);
                // null: the folder is gone; look for, or make, the one that is at the path now
                if (outcome == null) _folders.Invalidate(folder);
                _folders.Release(folder);
                if (outcome != null) return outcome;
                if (attempt >= 2) return Outcome.Defer("4.2.0", $"maildir delivery failed: {path} keeps changing");
            }
        }
    }

    private Outcome? Store(MessageContent content, CopySpec spec, OpenMaildir folder, UserRights rights, DeliverySync sync)
    {
        DateTimeOffset now = clock.GetUtcNow();
        Span<byte> name = stackalloc byte[MaildirName.MaxLength];
        name = name[..MaildirName.Next(now, name)];
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_CLOEXEC;
        FileDescriptor? file = FileDescriptor.From(FileIO.OpenAt(folder.Tmp, name, flags, FileModes.PrivateFile));
        if (file == null)
        {
            int errno = Errno.Last;
            return errno == Errno.ENOENT ? null
                : MailboxErrors.FromErrno(errno,
                $"maildir delivery failed: create maildir file in {folder.Path}tmp: {Errno.Text(errno)}");
        }
        CopyResult result = MessageCopier.Copy(content, spec, new MailboxSink(file.Fd, 0, sizeLimit), now);
        Outcome? outcome = result.IsOk ? Publish(folder, name) : MailboxErrors.FromCopy(result, "maildir delivery failed: ");
        if (!result.IsOk) _ = Paths.UnlinkAt(folder.Tmp, name, 0);
        if (outcome is { IsOk: true } && !sync.TryCover(folder.Device))
        {
            if (!sync.MayHold) return Sync(folder, name, file);
            sync.Hold(new WrittenFile(file, folder.Device, $"{folder.Path}new/{Encoding.ASCII.GetString(name)}", rights));
            return outcome;
        }
        file.Dispose();
        return outcome;
    }

    private static Outcome? Publish(OpenMaildir folder, ReadOnlySpan<byte> name)
    {
        if (Paths.RenameAt(folder.Tmp, name, folder.New, name) != 0)
        {
            int errno = Errno.Last;
            _ = Paths.UnlinkAt(folder.Tmp, name, 0);
            return errno == Errno.ENOENT ? null
                : MailboxErrors.FromErrno(errno,
                $"maildir delivery failed: create maildir file in {folder.Path}new: {Errno.Text(errno)}");
        }
        return s_delivered;
    }

    private static Outcome Sync(OpenMaildir folder, ReadOnlySpan<byte> name, FileDescriptor file)
    {
        int error = FileIO.Fsync(file.Fd) == 0 ? 0 : Errno.Last;
        file.Dispose();
        if (error == 0) return s_delivered;
        _ = Paths.UnlinkAt(folder.New, name, 0);
        return MailboxErrors.FromErrno(error, $"maildir delivery failed: sync message in {folder.Path}new: {Errno.Text(error)}");
    }

    private static readonly Outcome s_delivered = Outcome.Ok("delivered to maildir");

    /// <summary>
    /// As root: makes the user's folder in a spool that belongs to root and that others may not write to (else a link put in its place
    /// would be followed).
    /// </summary>
    private static bool TryMakeTop(string path, UserRights rights)
    {
        const uint privateMode = FileModes.PrivateFolder;
        using PathWalk? walk = PathWalk.To(path.TrimEnd('/'), 0, out _);
        if (walk is not { Status: null, FolderStatus.Uid: 0 } || (walk.FolderStatus.Permissions & FileModes.OthersWrite) != 0) return false;
        if (!walk.Folder.TryMakeFolder(walk.Name, privateMode)) return false;
        using Folder? top = walk.Folder.TryOpenFolder(walk.Name);
        using Folder? spool = walk.Folder.TryOpenFolder(".");
        return top != null && top.TryStat(out FileStatus made) && made.Uid == 0 && top.TryProtect(rights.Uid, rights.Gid, privateMode)
            && spool?.TrySync() == true;
    }
}

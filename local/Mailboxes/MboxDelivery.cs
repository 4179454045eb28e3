using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Mailboxes;

/// <summary>Where and how one message is appended.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rights">Whose mail it is; the text is written as this user.</param>
/// <param name="LockUid">Who locks and makes the file: the user, or root in a spool folder that users may not write to.</param>
public sealed record MboxTarget(string Path, UserRights Rights, uint LockUid, uint LockGid)
{
    /// <summary>strict_mailbox_ownership: the file has to belong to the recipient.</summary>
    public bool StrictOwner { get; init; }
    /// <summary>
    /// A destination of an alias or .forward file: devices are allowed, programs are not, and a lock file is made only where that can be.
    /// </summary>
    public bool IsPlainFile { get; init; }
}

/// <summary>Appends messages to files of many (mbox): lock, append, sync, and back to the old length when anything fails.</summary>
internal sealed class MboxDelivery(MailboxLocking locking, TimeProvider clock, long sizeLimit)
{
    private readonly MboxQueue _queue = new(locking.Waiting);

    /// <summary>Appends one message; the text of a failure says what went wrong but not with which mailbox.</summary>
    public Outcome Deliver(MessageContent content, CopySpec spec, MboxTarget target, DeliverySync sync, Outcome success)
    {
        // read by its own thread, before another one may use it
        if (!content.TryLoad(out int errno)) return MailboxErrors.FromCopy(new CopyResult(CopyFault.Reading, errno), "");
        MboxEntry entry = new(content, spec, target, sync);
        _queue.Run(entry, DeliverBatch);
        return entry.Outcome == s_appended ? success : entry.Outcome!;
    }

    private static readonly Outcome s_appended = Outcome.Ok("appended");

    /// <summary>Appends messages for one target under one lock, and syncs them once.</summary>
    private void DeliverBatch(List<MboxEntry> batch)
    {
        MboxTarget target = batch[0].Target;
        if (!FileIdentity.TryAssume(target.LockUid, target.LockGid, out FileIdentity identity))
        {
            SetAll(batch, MailboxErrors.IdentityRefused(target.LockUid, target.LockGid));
            return;
        }
        bool dotLocked;
        OpenedFile file;
        Outcome? trouble;
        using (identity) trouble = Open(target, out file, out dotLocked);
        if (trouble != null) SetAll(batch, trouble);
        else AppendAs(batch, target, file);
        file.File?.Dispose();
        if (dotLocked && FileIdentity.TryAssume(target.LockUid, target.LockGid, out identity))
        {
            using (identity) MailboxLocking.ReleaseDotLock(target.Path);
        }
    }

    private static void SetAll(List<MboxEntry> batch, Outcome outcome)
    {
        foreach (MboxEntry entry in batch) entry.Outcome = outcome;
    }

    /// <summary>Locks and opens; null when the file is ours to append to.</summary>
    private Outcome? Open(MboxTarget target, out OpenedFile file, out bool dotLocked)
    {
        file = new OpenedFile(null, default, false, 0, "", false);
        dotLocked = false;
        if ((locking.Methods & LockMethods.DotLock) != 0 && (!FileStatus.TryGet(target.Path, out FileStatus before) || before.IsRegular))
        {
            int errno = locking.TakeDotLock(target.Path);
            dotLocked = errno == 0;
            if (errno == Errno.EEXIST || (errno != 0 && !target.IsPlainFile))
                return MailboxErrors.FromErrno(errno, $"unable to create lock file {target.Path}.lock: {Errno.Text(errno)}");
        }
        bool giveAway = FileIdentity.IsPrivileged && target.LockUid != target.Rights.Uid;
        file = SafeOpen.Open(target.Path, giveAway ? (target.Rights.Uid, target.Rights.Gid) : null);
        if (file.File == null) return file.Trap ? Outcome.Bounce("5.2.0", file.Reason) : MailboxErrors.FromErrno(file.Error, file.Reason);
        if (file.Status.IsRegular)
        {
            int errno = locking.TakeKernelLocks(file.Fd);
            if (errno != 0) return MailboxErrors.FromErrno(errno, $"unable to lock for exclusive access: {Errno.Text(errno)}");
            // a reader that replaces the mailbox by another file leaves us with one that has no name
            if (!FileStatus.TryGet(file.Fd, out FileStatus status) || status.Links != 1)
                return Outcome.Defer("4.2.0", "target file status changed unexpectedly");
            file = file with { Status = status };
        }
        return CheckKind(target, file.Status);
    }

    private static Outcome? CheckKind(MboxTarget target, FileStatus status)
    {
        if (target.IsPlainFile)
            return status.IsRegular && (status.Permissions & FileModes.AnyExecute) != 0
                ? Outcome.Bounce("5.7.1", "file is executable") : null;
        if (!status.IsRegular) return Outcome.Bounce("5.2.0", $"destination {target.Path} is not a regular file");
        uint owner = FileIdentity.IsPrivileged ? target.Rights.Uid : Credentials.GetEUid();
        return target.StrictOwner
            && status.Uid != owner ? Outcome.Defer("4.2.0", $"destination {target.Path} is not owned by recipient") with
            { IsLasting = true } : null;
    }

    private void AppendAs(List<MboxEntry> batch, MboxTarget target, OpenedFile file)
    {
        if (!FileIdentity.TryAssume(target.Rights.Uid, target.Rights.Gid, out FileIdentity identity))
        {
            SetAll(batch, MailboxErrors.IdentityRefused(target.Rights.Uid, target.Rights.Gid));
            return;
        }
        using (identity)
        {
            MailboxSink sink = new(file.Fd, file.Status.Size, file.Status.IsRegular ? sizeLimit : 0);
            foreach (MboxEntry entry in batch) Append(entry, sink, file);
            if (file.Status.IsRegular) Sync(batch, target, file);
        }
    }

    /// <summary>Writes one message; after a failure the file is as long as before it, and the next one is tried.</summary>
    private void Append(MboxEntry entry, MailboxSink sink, OpenedFile file)
    {
        long size = sink.Size;
        bool regular = file.Status.IsRegular;
        CopyResult result = !regular || sink.Write(MissingEnd(file.Fd, size))
            ? MessageCopier.Copy(entry.Content, entry.Spec, sink, clock.GetLocalNow())
            : new CopyResult(CopyFault.Writing, sink.Error);
        entry.Outcome = result.IsOk ? s_appended : MailboxErrors.FromCopy(result, "");
        if (!result.IsOk && regular) sink.Truncate(size);
    }

    /// <summary>
    /// Makes the file, and the name of a new one, durable, unless the journal answers for all. When that fails nothing of the batch counts.
    /// </summary>
    private void Sync(List<MboxEntry> batch, MboxTarget target, OpenedFile file)
    {
        if (batch.TrueForAll(e => !e.Outcome!.IsOk || e.Sync.TryCover(file.Status.Device))) return;
        locking.Waiting(true);
        int errno = FileIO.Fsync(file.Fd) != 0 ? Errno.Last : 0;
        locking.Waiting(false);
        if (errno == 0 && file.Created) _ = MaildirFolders.SyncParent(target.Path, out errno);
        if (errno == 0) return;
        _ = FileIO.FTruncate(file.Fd, file.Status.Size);
        SetAll(batch, MailboxErrors.FromCopy(new CopyResult(CopyFault.Writing, errno), ""));
    }

    /// <summary>
    /// The line ends that are missing at the end of a mailbox whose last delivery was cut off by a crash. Without them readers would take
    /// the next message for a part of the torn one.
    /// </summary>
    private static ReadOnlySpan<byte> MissingEnd(int fd, long size)
    {
        Span<byte> end = stackalloc byte[2];
        if (size < 2 || FileIO.PRead(fd, end, size - 2) != 2) return default;
        return end[1] != '\n' ? "\n\n"u8 : end[0] != '\n' ? "\n"u8 : default;
    }
}

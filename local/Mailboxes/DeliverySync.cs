using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool.Journal;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// How a job's deliveries get to stable storage before they count: by a sync of their own; or not at all yet, while the journal answers for them; or, where
/// <see cref="MayHold"/> allows it, whoever asked for the delivery syncs it, together with others: it stands in a Maildir under its final name then. Holds one file at a time.
/// </summary>
/// <param name="journal">Tells whether the journal answers; null: it does not.</param>
/// <param name="place">Where the journal has a copy of the message.</param>
public sealed class DeliverySync(JournalCover? journal = null, JournalPlace place = default)
{
    private string _path = "";
    private UserRights _rights = UserRights.None;

    /// <summary>The file to sync; -1: none.</summary>
    public int File { get; private set; } = -1;

    /// <summary>The file system it lies on.</summary>
    public ulong Device { get; private set; }

    /// <summary>What is to be done after the sync, with its errno or 0: the last word on the delivery.</summary>
    public Func<int, Outcome>? Ending { get; set; }

    /// <summary>The delivery has one step only, and its file may be left open for the caller.</summary>
    public bool MayHold { get; set; }

    public bool IsHeld => File >= 0;

    /// <summary>Some delivery to the present recipient relies on the journal.</summary>
    public bool IsCovered { get; private set; }

    /// <summary>Some delivery of the job does.</summary>
    public bool AnyCovered { get; set; }

    /// <summary>The next recipient's turn, before rights are given up.</summary>
    internal void Begin(bool mayHold)
    {
        (MayHold, IsCovered) = (mayHold, false);
        journal?.Prepare(place);
    }

    /// <summary>A delivery is written, under its final name: true when it needs no sync because the journal answers for it.</summary>
    /// <param name="device">The file system it lies on.</param>
    internal bool TryCover(ulong device)
    {
        bool covered = journal != null && journal.Holds(place, device);
        IsCovered |= covered;
        AnyCovered |= covered;
        return covered;
    }

    /// <summary>Takes over a written file.</summary>
    /// <param name="path">Its name, for when it has to be given up with the rights of its owner.</param>
    internal void Hold(int file, ulong device, string path, UserRights rights) => (File, Device, _path, _rights) = (file, device, path, rights);

    /// <summary>It was synced: closes the file.</summary>
    public void Release()
    {
        _ = Libc.Close(File);
        File = -1;
    }

    /// <summary>The sync failed: the file is removed, and the delivery failed.</summary>
    public Outcome GiveUp(int errno)
    {
        Release();
        if (FileIdentity.TryAssume(_rights.Uid, _rights.Gid, out FileIdentity identity))
            using (identity) _ = Libc.Unlink(_path);
        return MailboxErrors.FromErrno(errno, $"maildir delivery failed: sync message {_path}: {Libc.ErrorText(errno)}");
    }
}

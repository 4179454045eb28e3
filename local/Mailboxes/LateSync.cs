using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// A message that stands in a Maildir under its final name and is not durable yet: whoever asked for the delivery syncs it, together with others, before it counts
/// as delivered. Holds one file at a time.
/// </summary>
public sealed class LateSync
{
    private string _path = "";
    private UserRights _rights = UserRights.None;

    /// <summary>The file to sync; -1: none.</summary>
    public int File { get; private set; } = -1;

    /// <summary>The file system it lies on.</summary>
    public ulong Device { get; private set; }

    /// <summary>What is to be done after the sync, with its errno or 0: the last word on the delivery.</summary>
    public Func<int, Outcome>? Ending { get; set; }

    public bool IsHeld => File >= 0;

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

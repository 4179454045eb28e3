using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Mailboxes;

/// <summary>A message that is written into a Maildir and not synced. Owns the descriptor.</summary>
/// <param name="device">The file system it lies on.</param>
/// <param name="path">Its name, for when it has to be removed with the rights of its owner.</param>
public sealed class WrittenFile(FileDescriptor file, ulong device, string path, UserRights rights) : IDisposable
{
    /// <summary>Lent, to sync it; -1 once it is closed.</summary>
    public int Descriptor => file.Fd;

    public ulong Device { get; } = device;

    /// <summary>The sync failed: removes the file. Returns what became of the delivery.</summary>
    public Outcome Remove(int errno)
    {
        Dispose();
        if (FileIdentity.TryAssume(rights.Uid, rights.Gid, out FileIdentity identity))
            using (identity) _ = Paths.Unlink(path);
        return MailboxErrors.FromErrno(errno, $"maildir delivery failed: sync message {path}: {Errno.Text(errno)}");
    }

    public void Dispose() => file.Dispose();
}

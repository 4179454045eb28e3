using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The queue file of a message that a delivery agent has in hand. Owns the descriptor, which is open for reading and writing.
/// </summary>
public sealed class DeliveryFile(FileDescriptor file, string queueId) : IDisposable
{
    /// <summary>Lent, to read and to mark; -1 once it is closed.</summary>
    public int Descriptor => file.Fd;

    public string QueueId { get; } = queueId;

    /// <summary>
    /// Opens a queue file; null with errno set when it cannot be opened, or is no regular file, or not the owner's: EPERM.
    /// </summary>
    /// <param name="owner">
    /// For a process with root's rights: mail_owner, who writes the spool's folders, could put a link to any folder in the place of one,
    /// and root would deliver, and mark, somebody else's file. Null: the process has only its own rights.
    /// </param>
    public static DeliveryFile? TryOpen(SpoolDirectory spool, string queue, string queueId, uint? owner = null)
    {
        const int flags = FileIO.O_RDWR | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK;
        FileDescriptor? file = FileDescriptor.TryOpen(spool.PathOf(queue, queueId), flags);
        if (file == null) return null;
        if (FileStatus.TryGet(file.Fd, out FileStatus status) && status.IsRegular && (owner ?? status.Uid) == status.Uid)
            return new DeliveryFile(file, queueId);
        file.Dispose();
        Marshal.SetLastPInvokeError(Errno.EPERM);
        return null;
    }

    /// <inheritdoc cref="RecipientClaim.Take"/>
    public RecipientClaim Claim(long offset, bool wait) => RecipientClaim.Take(this, offset, wait);

    public void Dispose() => file.Dispose();
}

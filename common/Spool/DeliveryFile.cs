using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The queue file of a message that a delivery agent has in hand. Owns the descriptor, which is open for reading and writing.
/// </summary>
public sealed class DeliveryFile(int descriptor, string queueId) : IDisposable
{
    public int Descriptor { get; private set; } = descriptor;

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
        const int flags = FileIO.O_RDWR | FileIO.O_CLOEXEC | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK;
        int fd = FileIO.Open(spool.PathOf(queue, queueId), flags, 0);
        if (fd < 0) return null;
        if (FileStatus.TryGet(fd, out FileStatus status) && status.IsRegular && (owner ?? status.Uid) == status.Uid)
            return new DeliveryFile(fd, queueId);
        _ = FileIO.Close(fd);
        Marshal.SetLastPInvokeError(Errno.EPERM);
        return null;
    }

    /// <inheritdoc cref="RecipientClaim.Take"/>
    public RecipientClaim Claim(long offset, bool wait) => RecipientClaim.Take(this, offset, wait);

    public void Dispose()
    {
        if (Descriptor >= 0) _ = FileIO.Close(Descriptor);
        Descriptor = -1;
    }
}

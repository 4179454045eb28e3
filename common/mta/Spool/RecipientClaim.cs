using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>Whether a recipient may be delivered to.</summary>
public enum ClaimStatus : byte
{
    /// <summary>Yes; no other process delivers to the recipient until the claim is released.</summary>
    Claimed,
    /// <summary>No; an earlier delivery has marked the recipient.</summary>
    Delivered,
    /// <summary>Not now; another process delivers to the recipient.</summary>
    Busy,
    /// <summary>Not now; the queue file could not be locked or read.</summary>
    Failed,
}

/// <summary>
/// The right to deliver one message to one recipient. A delivery agent claims the recipient, delivers, makes the delivery durable, marks
/// the recipient and releases it, so that no recipient gets the mail twice: neither by two processes at once, which happens when qmgr was
/// replaced while a delivery was under way, nor again after the agent died behind the mark. The claim is a lock (fcntl(2), F_OFD_SETLK) on
/// the first byte of the recipient's record in the queue file; the mark is that byte. Closing the file releases all claims on it.
/// </summary>
public sealed class RecipientClaim : IDisposable
{
    /// <summary>The offset of a recipient that has no record of its own, as a member of an alias.</summary>
    public const long NoRecord = -1;

    private readonly DeliveryFile _file;
    private readonly long _offset;
    private bool _isLocked;

    private RecipientClaim(DeliveryFile file, long offset) => (_file, _offset) = (file, offset);

    public ClaimStatus Status { get; private set; }

    /// <summary>The earlier delivery was not on stable storage when it was marked: the journal answers for it.</summary>
    public bool WasUnsynced { get; private set; }

    /// <summary>What is to be reported for a recipient that was not claimed; null for one that was.</summary>
    public Outcome? Refusal { get; private set; }

    /// <summary>Claims a recipient.</summary>
    /// <param name="offset">Of its record in the file, bytes; <see cref="NoRecord"/>: there is nothing to lock or to mark.</param>
    /// <param name="wait">Waits while another process delivers; else the status is <see cref="ClaimStatus.Busy"/>.</param>
    internal static RecipientClaim Take(DeliveryFile file, long offset, bool wait)
    {
        RecipientClaim claim = new(file, offset);
        if (offset == NoRecord) return claim;
        if (FileLocks.LockRange(file.Descriptor, exclusive: true, offset, 1, wait) != 0)
        {
            bool busy = !wait && Errno.Last is Errno.EAGAIN or Errno.EACCES;
            return busy ? claim.Refuse(ClaimStatus.Busy, Outcome.Defer("4.3.0", "recipient is being delivered by another process"))
                : claim.Refuse(ClaimStatus.Failed, Outcome.Defer("4.3.0", $"lock queue file: {Errno.Text()}"));
        }
        claim._isLocked = true;
        Span<byte> letter = stackalloc byte[1];
        if (FileIO.PRead(file.Descriptor, letter, offset) != 1)
            return claim.Refuse(ClaimStatus.Failed, Outcome.Defer("4.3.0", $"read queue file: {Errno.Text()}"));
        if (!QueueFileFormat.IsDone(letter[0])) return claim;
        claim.WasUnsynced = letter[0] == QueueFileFormat.Unsynced;
        return claim.Refuse(ClaimStatus.Delivered, Outcome.Ok("was delivered already"));
    }

    private RecipientClaim Refuse(ClaimStatus status, Outcome refusal)
    {
        (Status, Refusal) = (status, refusal);
        Dispose();
        return this;
    }

    /// <summary>
    /// Marks the recipient as delivered, which may be after the release. False, with errno set and a warning in the log, when the file
    /// cannot be written: the message may then be delivered again.
    /// </summary>
    /// <param name="unsynced">The delivery is not on stable storage yet; the journal answers for it (<see
    /// cref="Journal.JournalCover"/>).</param>
    public bool Mark(bool unsynced = false)
    {
        if (_offset == NoRecord) return true;
        if (FileIO.PWrite(_file.Descriptor, [unsynced ? QueueFileFormat.Unsynced : QueueFileFormat.Done], _offset) == 1) return true;
        Log.Log.Warning($"{_file.QueueId}: mark recipient: {Errno.Text()}");
        return false;
    }

    /// <summary>Releases the recipient.</summary>
    public void Dispose()
    {
        if (_isLocked) _ = FileLocks.UnlockRange(_file.Descriptor, _offset, 1);
        _isLocked = false;
    }
}

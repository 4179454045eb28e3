using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// Reads the queue for people: the folders, the queue files and the reasons in the defer logs. Messages come and go meanwhile: one that
/// moves between two folders may be met twice or not at all, one that is gone or unfinished is passed over. Blocks on the disk; one thread
/// at a time.
/// </summary>
/// <param name="stateOf">The state of a message at qmgr; null when qmgr does not have it, or is not asked.</param>
public sealed class QueueListing(SpoolDirectory spool, QueueFilter filter, Func<string, QueueEntryState?> stateOf)
{
    /// <summary>Folders in the order of a listing.</summary>
    private static readonly string[] Folders =
        [SpoolDirectory.Maildrop, SpoolDirectory.Active, SpoolDirectory.Incoming, SpoolDirectory.Deferred, SpoolDirectory.Hold,
        SpoolDirectory.Corrupt];

    private readonly BounceLog _logs = new(spool);

    /// <summary>The messages that fit the filter.</summary>
    public IEnumerable<QueueEntry> Read(long nowMicroseconds)
    {
        foreach (string folder in Folders)
        {
            if (!MayHold(folder)) continue;
            foreach (string id in IdsIn(folder))
                if (ReadOne(folder, id, nowMicroseconds) is { } entry) yield return entry;
        }
    }

    /// <summary>corrupt is looked at only when it is named; an active message may lie in any folder that qmgr takes from.</summary>
    private bool MayHold(string folder)
    {
        if (filter.Queues.Count == 0) return folder != SpoolDirectory.Corrupt;
        return filter.Queues.Contains(folder)
            || (filter.Queues.Contains(SpoolDirectory.Active) && folder is SpoolDirectory.Incoming or SpoolDirectory.Deferred);
    }

    private IEnumerable<string> IdsIn(string folder) =>
        filter.Ids.Count == 0 ? spool.Ids(folder) : filter.Ids.Where(id => QueueId.IsValid(id) && File.Exists(spool.PathOf(folder, id)));

    /// <summary>One message in a folder; null when it is not there, cannot be read or does not fit.</summary>
    public QueueEntry? ReadOne(string folder, string id, long now)
    {
        if (spool.TryRead(folder, id, out QueueFile? file) != QueueFileStatus.Ok) return null;
        Envelope e = file!.Envelope;
        QueueEntryState state = folder is SpoolDirectory.Incoming or SpoolDirectory.Deferred or SpoolDirectory.Active ? stateOf(id)
            ?? default : default;
        QueueEntry entry = new()
        {
            QueueName = state.Active ? SpoolDirectory.Active : folder,
            QueueId = id,
            ArrivalMicroseconds = e.ArrivalMicroseconds,
            Size = file.Content.Length,
            Sender = e.Sender,
            Flags = e.Flags,
            NextMicroseconds = state.Active || folder != SpoolDirectory.Deferred ? 0 : NextAttempt(folder, id),
            Reason = state.Reason ?? "",
        };
        foreach (EnvelopeRecipient r in e.Recipients)
            if (!r.Done) entry.Recipients.Add(new QueueEntryRecipient { Address = r.Address });
        if (!filter.Fits(entry, now)) return null;
        AddReasons(entry, e);
        return filter.FitsReasons(entry) ? entry : null;
    }

    /// <summary>qmgr keeps the next attempt of a deferred message as its file's modification time.</summary>
    private long NextAttempt(string folder, string id) =>
        FileStatus.TryGet(spool.PathOf(folder, id), out FileStatus status) ? status.ModifiedSeconds * 1_000_000 : 0;

    private void AddReasons(QueueEntry entry, Envelope e)
    {
        using LogSnapshot? log = _logs.Open(LogFolder.Defer, entry.QueueId);
        if (log == null) return;
        Dictionary<long, string> byOffset = [];
        foreach (DeliveryRecord record in log)
            if (record.Offset >= 0) byOffset[record.Offset] = record.Text;
        int i = 0;
        foreach (EnvelopeRecipient r in e.Recipients)
        {
            if (r.Done) continue;
            entry.Recipients[i++].Reason = byOffset.GetValueOrDefault(r.Offset, "");
        }
    }
}

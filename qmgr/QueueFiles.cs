using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>qmgr's work on queue files, on threads of its own: reading, moving, marking, removing.</summary>
internal sealed partial class QueueFiles(EventLoop loop, SpoolDirectory spool, Removals? removals = null)
{
    private const int Threads = 2;
    private static readonly string[] s_folders = [SpoolDirectory.Incoming, SpoolDirectory.Active, SpoolDirectory.Deferred];
    private static readonly TimeSpan s_unfinishedLifetime = TimeSpan.FromHours(36);
    private readonly WorkerPool _workers = new(loop, "files", Threads) { InPlaceWhenAlone = true, Backlog = 16 };
    /// <summary>
    /// Unfinished files that look old: when each was last written to, and when that was first seen, milliseconds of the monotonic clock.
    /// </summary>
    private readonly Dictionary<string, (DateTimeOffset Modified, long Seen)> _unfinished = new(StringComparer.Ordinal);
    /// <summary>No writer pauses for so long.</summary>
    private static readonly TimeSpan s_untouchedTime = TimeSpan.FromHours(1);
    private const int MaxUnfinished = 10_000;

    public int Pending => _workers.Pending;

    /// <summary>
    /// Reads a file from a folder, or from where it was moved meanwhile, which the result names; a damaged one is set aside.
    /// </summary>
    public Promise<(QueueFileStatus Status, QueueFile? File, string Folder)> ReadAsync(string expected, string id) => _workers.Run(() =>
    {
        string folder = expected;
        QueueFileStatus status = spool.TryRead(folder, id, out QueueFile? file);
        for (int i = 0; status == QueueFileStatus.Missing && i < s_folders.Length; i++)
            status = spool.TryRead(folder = s_folders[i], id, out file);
        // looked at twice: its head may have been in the middle of being written
        if (status == QueueFileStatus.Corrupt) status = spool.TryRead(folder, id, out file);
        if (status == QueueFileStatus.Corrupt)
        {
            Log.Warning($"{id}: corrupt queue file, moved to {SpoolDirectory.Corrupt}");
            _ = spool.Move(id, folder, SpoolDirectory.Corrupt);
        }
        else if (status == QueueFileStatus.Unfinished) RemoveIfOld(id, spool.PathOf(folder, id));
        return (status, file, folder);
    });

    /// <summary>
    /// Reads on in a message's recipients, from its folder or where it was moved meanwhile; see <see cref="RecipientReader"/>.
    /// </summary>
    public Promise<(QueueFileStatus Status, List<EnvelopeRecipient> Recipients, bool IsEnd)> ReadRecipientsAsync(string expected, string id,
        long behind, int most) => _workers.Run(() =>
    {
        List<EnvelopeRecipient> recipients = [];
        foreach (string folder in (ReadOnlySpan<string>)[expected, .. s_folders])
        {
            using FileDescriptor? file = FileDescriptor.TryOpen(spool.PathOf(folder, id), FileIO.O_RDONLY | FileIO.O_NOFOLLOW);
            if (file == null && Errno.Last == Errno.ENOENT) continue;
            if (file == null) return (QueueFileStatus.Failed, recipients, false);
            QueueFileStatus status = RecipientReader.TryRead(file.Fd, behind, most, recipients, out bool isEnd);
            return (status, recipients, isEnd);
        }
        return (QueueFileStatus.Missing, recipients, false);
    });

    /// <summary>
    /// An unfinished file whose writer must be long dead: nobody was told that the message is ours. The wall clock alone is no witness: set
    /// ahead by days it would make every message old that is just being written. So the file must have lain untouched before our eyes, too.
    /// </summary>
    private void RemoveIfOld(string id, string path)
    {
        if (!FileStatus.TryGet(path, out FileStatus status) || loop.Time.GetUtcNow() - status.Modified <= s_unfinishedLifetime) return;
        long now = Environment.TickCount64;
        lock (_unfinished)
        {
            if (_unfinished.TryGetValue(id, out var known) && known.Modified == status.Modified)
            {
                if (now - known.Seen < s_untouchedTime.TotalMilliseconds) return;
                _unfinished.Remove(id);
                _ = Paths.Unlink(path);
                return;
            }
            if (_unfinished.Count >= MaxUnfinished) _unfinished.Clear();
            _unfinished[id] = (status.Modified, now);
        }
    }

    /// <summary>Moves a file into deferred, unless it is there, and keeps its next attempt as its modification time; 0 or errno.</summary>
    public Promise<int> DeferAsync(string id, string from, long nextMicroseconds) => _workers.Run(() =>
    {
        int error = from == SpoolDirectory.Deferred ? 0 : spool.Move(id, from, SpoolDirectory.Deferred);
        // not there: a process that was replaced, or that replaces this one, may have moved it already
        if (error is 0 or Errno.ENOENT)
            error = FileIO.SetModified(spool.PathOf(SpoolDirectory.Deferred, id), nextMicroseconds) == 0 ? 0 : Errno.Last;
        return error;
    });

    /// <summary>Deferred files are due now for whoever looks at them next.</summary>
    /// <param name="ids">Null: all that there are.</param>
    public void MakeDue(IEnumerable<string>? ids, long nowMicroseconds) => _workers.Run(() =>
    {
        foreach (string id in ids ?? spool.Ids(SpoolDirectory.Deferred))
            _ = FileIO.SetModified(spool.PathOf(SpoolDirectory.Deferred, id), nowMicroseconds);
        return 0;
    });

    /// <summary>Overwrites letters of records, so that a crash does not do again what was done; 0 or errno.</summary>
    public Promise<int> MarkAsync(string folder, string id, long[] offsets, byte letter) => _workers.Run(() =>
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(spool.PathOf(folder, id), FileIO.O_WRONLY | FileIO.O_NOFOLLOW);
        if (file == null) return Errno.Last;
        int error = 0;
        foreach (long offset in offsets)
            if (FileIO.PWrite(file.Fd, [letter], offset) != 1) error = Errno.Last;
        return error;
    });
}

using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>qmgr's work on queue files, on threads of its own: reading, moving, marking, removing.</summary>
internal sealed partial class QueueFiles(EventLoop loop, SpoolDirectory spool, Removals? removals = null)
{
    private const int Threads = 2;
    private static readonly string[] Places = [SpoolDirectory.Incoming, SpoolDirectory.Active, SpoolDirectory.Deferred];
    private static readonly TimeSpan UnfinishedLifetime = TimeSpan.FromHours(36);
    private readonly WorkerPool _workers = new(loop, "files", Threads) { InPlaceWhenAlone = true, Backlog = 16 };
    private readonly Stack<RemoveWork> _removers = new();
    /// <summary>
    /// Unfinished files that look old: when each was last written to, and when that was first seen, milliseconds of the monotonic clock.
    /// </summary>
    private readonly Dictionary<string, (DateTimeOffset Modified, long Seen)> _unfinished = new(StringComparer.Ordinal);
    /// <summary>No writer pauses for so long.</summary>
    private const long UntouchedMilliseconds = 3_600_000;
    private const int MaxUnfinished = 10_000;

    public int Pending => _workers.Pending;

    /// <summary>
    /// Reads a file from a folder, or from where it was moved meanwhile, which the result names; a damaged one is set aside.
    /// </summary>
    public Promise<(QueueFileStatus Status, QueueFile? File, string Folder)> ReadAsync(string expected, string id) => _workers.Run(() =>
    {
        string folder = expected;
        QueueFileStatus status = spool.TryRead(folder, id, out QueueFile? file);
        for (int i = 0; status == QueueFileStatus.Missing && i < Places.Length; i++)
            status = spool.TryRead(folder = Places[i], id, out file);
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
    /// An unfinished file whose writer must be long dead: nobody was told that the message is ours. The wall clock alone is no witness: set
    /// ahead by days it would make every message old that is just being written. So the file must have lain untouched before our eyes, too.
    /// </summary>
    private void RemoveIfOld(string id, string path)
    {
        if (!FileStatus.TryGet(path, out FileStatus status) || loop.Time.GetUtcNow() - status.Modified <= UnfinishedLifetime) return;
        long now = Environment.TickCount64;
        lock (_unfinished)
        {
            if (_unfinished.TryGetValue(id, out var known) && known.Modified == status.Modified)
            {
                if (now - known.Seen < UntouchedMilliseconds) return;
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

    /// <summary>Removes a finished message and says so in the log.</summary>
    /// <param name="unsynced">Of its deliveries some are not on stable storage: see <see cref="Removals.AddUnsynced"/>.</param>
    public void Remove(string folder, string id, bool unsynced, Action removed)
    {
        RemoveWork work = _removers.TryPop(out RemoveWork? known) ? known : new RemoveWork(this);
        work.Set(folder, id, unsynced, removed);
        _workers.Submit(work);
    }

    private sealed class RemoveWork(QueueFiles files) : WorkItem
    {
        private string _folder = "", _id = "";
        private bool _unsynced;
        private Action? _removed;
        private int _error;

        public void Set(string folder, string id, bool unsynced, Action removed) =>
            (_folder, _id, _unsynced, _removed) = (folder, id, unsynced, removed);

        /// <summary>From its folder, or from where the process that took this one's place has moved it.</summary>
        public override void Execute()
        {
            _error = files.Spool.Remove(_folder, _id);
            for (int i = 0; _error == Errno.ENOENT && i < Places.Length; i++) _error = files.Spool.Remove(Places[i], _id);
        }

        protected override void OnDone()
        {
            if (_error is 0 or Errno.ENOENT) files.Removed(_id, _unsynced);
            else Log.Warning($"{_id}: remove queue file: {Errno.Text(_error)}");
            Action? removed = _removed;
            _removed = null;
            files._removers.Push(this);
            removed?.Invoke();
        }
    }

    private void Removed(string id, bool unsynced)
    {
        LogLine.Info(id).Free("removed").Send();
        if (unsynced) removals?.AddUnsynced(id);
        else removals?.Add(id);
    }

    private SpoolDirectory Spool => spool;
}

using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Cleanup;

/// <summary>
/// Makes small queue files durable by a copy in a journal: appended, then synced with one fdatasync(2) for all that came together, which
/// touches neither folders nor inodes. The files themselves lie in the page cache; most are delivered and gone before the system would
/// write them. There are two segments: while one is written to, the files of the other are synced in the background, all at once, and its
/// records forgotten. qmgr brings the files back after a failure of the machine. What has no place here is made durable by itself, as
/// ever.
/// </summary>
internal sealed class QueueJournal : SyncStage
{
    /// <summary>Larger files are not written twice.</summary>
    public const int MaxImage = 64 * 1024;
    private const long FirstSize = 1024 * 1024, LastSize = 16 * FirstSize;
    /// <summary>Files that are still in the queue so long after they came are written out.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);
    /// <summary>A segment that is full so soon is too small.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private readonly EventLoop _loop;
    private readonly SpoolDirectory _spool;
    private readonly WorkerPool _worker;
    private readonly object _gate = new();
    /// <summary>The one that is written to, and the next one; null while that is being prepared.</summary>
    private JournalSegment? _current, _spare;
    /// <summary>Segments with records that were not synced yet.</summary>
    private readonly HashSet<JournalSegment> _unsynced = [];
    private readonly List<JournalSegment> _syncing = [];
    /// <summary>
    /// When the first record of the current segment came, by the clock that the loop's timers go by: none of them is early then.
    /// </summary>
    private long _begun;
    private bool _broken, _watched, _closed;

    public QueueJournal(EventLoop loop, SpoolDirectory spool) : base(loop)
    {
        (_loop, _spool) = (loop, spool);
        _worker = new WorkerPool(loop, "journal", 1);
        _worker.Submit(new Preparation(this));
    }

    /// <summary>
    /// Takes a copy of a file that is written under its final name; nowhere when there is no place for it. On any thread.
    /// </summary>
    public JournalPlace TryAppend(string id, bool held, ReadOnlySpan<byte> image)
    {
        if (image.Length > MaxImage) return default;
        lock (_gate)
        {
            if (_broken || _current == null) return default;
            if (image.Length > _current.Size - _current.End - JournalFormat.RecordHead && !Turn()) return default;
            if (_current.IsEmpty) Begin();
            if (!_current.TryAppend(id, held, image)) return default;
            _unsynced.Add(_current);
            return new JournalPlace(_current.Number, _current.Generation);
        }
    }

    private void Begin()
    {
        _begun = Environment.TickCount64;
        if (_watched) return;
        _watched = true;
        _loop.Post(Watch);
    }

    private TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _begun);

    /// <summary>Goes on in the spare segment; false while that is not ready.</summary>
    private bool Turn()
    {
        if (_spare == null) return false;
        JournalSegment full = _current!;
        (_current, _spare) = (_spare, null);
        bool grow = Age < Soon;
        _loop.Post(() => _worker.Submit(new Release(this, full, grow)));
        return true;
    }

    /// <summary>
    /// While there are records: discards them soon, so that a failure of the machine brings back few delivered messages.
    /// </summary>
    private void Watch() => _loop.After(MaxAge, () =>
    {
        lock (_gate)
        {
            if (_closed) return;
            if (!_current!.IsEmpty && Age >= MaxAge) Turn();
            _watched = !_broken && (!_current.IsEmpty || _spare == null);
        }
        if (_watched) Watch();
    });

    // ---- syncing ---------------------------------------------------------------------------------------------------

    public override void Sync(DurableWork work) => work.SyncError = SyncRecords();

    protected override void SyncTogether(List<DurableWork> works)
    {
        int error = SyncRecords();
        foreach (DurableWork work in works) work.SyncError = error;
    }

    /// <summary>By one thread at a time: the stage's own, or a writer that is alone.</summary>
    private int SyncRecords()
    {
        lock (_syncing)
        {
            lock (_gate)
            {
                _syncing.AddRange(_unsynced);
                _unsynced.Clear();
            }
            int error = 0;
            foreach (JournalSegment segment in _syncing)
                if (segment.Sync() is not 0 and int failed) error = failed;
            _syncing.Clear();
            if (error != 0) Break("sync", error);
            return _broken ? Errno.EIO : 0;
        }
    }

    /// <summary>After a failed write the contents of the disk are unknown: the journal is no longer used.</summary>
    private void Break(string step, int error)
    {
        lock (_gate)
        {
            if (_broken) return;
            _broken = true;
        }
        Log.Warning($"journal: {step}: {Errno.Text(error)}: each queue file is synced by itself from now on");
    }

    /// <summary>Before the process ends in good order: leaves nothing to be recovered. Nothing is under way any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (JournalSegment? segment in (ReadOnlySpan<JournalSegment?>)[_current, _spare])
                if (segment is { IsEmpty: false } && !_broken && !segment.TryRelease())
                    Log.Warning($"journal: release: {Errno.Text()}");
        }
    }

    // ---- on the worker ---------------------------------------------------------------------------------------------

    private JournalSegment? Claim(Guid boot)
    {
        if (boot == Guid.Empty || !_spool.HasRoomFor(2 * FirstSize)) return null;
        for (int i = 0; i < JournalSegment.MaxNumber; i++)
        {
            if (JournalSegment.Claim(_spool, i, FirstSize, boot, out int error) is { } segment) return segment;
            if (error == 0) continue;
            Log.Warning($"journal: {Errno.Text(error)}: each queue file is synced by itself");
            return null;
        }
        return null;
    }

    /// <summary>
    /// Segments of processes that were killed, when fewer run now: what they hold must not come back long after it was delivered.
    /// </summary>
    private void ReleaseOthers(Guid boot)
    {
        for (int i = 0; i < JournalSegment.MaxNumber && Paths.Access(JournalSegment.PathOf(_spool, i), Paths.F_OK) == 0; i++)
            JournalSegment.Claim(_spool, i, FirstSize, boot, out _)?.Dispose();
    }

    private sealed class Preparation(QueueJournal journal) : WorkItem
    {
        private JournalSegment? _first, _second;

        public override void Execute()
        {
            Guid boot = JournalFormat.BootId();
            _first = journal.Claim(boot);
            if (_first != null) _second = journal.Claim(boot);
            if (_second != null) journal.ReleaseOthers(boot);
        }

        protected override void OnDone()
        {
            if (_second == null) _first?.Dispose();
            else lock (journal._gate) (journal._current, journal._spare) = (_first, _second);
        }
    }

    private sealed class Release(QueueJournal journal, JournalSegment segment, bool grow) : WorkItem
    {
        private bool _released;

        public override void Execute()
        {
            _released = segment.TryRelease();
            if (!_released) journal.Break("release", Errno.Last);
            else if (grow && segment.Size < LastSize && journal._spool.HasRoomFor(2 * segment.Size)) segment.TryFill(2 * segment.Size);
        }

        protected override void OnDone()
        {
            if (!_released) return;
            lock (journal._gate) journal._spare = segment;
        }
    }
}

using MtaSuite.Common.Net;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Qmgr;

/// <summary>Notes removed messages for the journal: all of a batch of events with one write, and on stable storage soon after.</summary>
internal sealed class Removals(EventLoop loop, RemovalLog log) : IBatchEnd
{
    /// <summary>A failure of the machine brings back what was removed in this time before it.</summary>
    private static readonly TimeSpan SyncDelay = TimeSpan.FromMilliseconds(500);
    private readonly WorkerPool _worker = new(loop, "removals", 1);
    private bool _noted, _unsynced, _syncing;

    public void Add(string id)
    {
        log.Add(id);
        if (_noted) return;
        _noted = true;
        loop.AtBatchEnd(this);
    }

    void IBatchEnd.OnBatchEnd()
    {
        _noted = false;
        log.Write();
        _unsynced = true;
        if (!_syncing) SyncSoon();
    }

    private void SyncSoon()
    {
        _syncing = true;
        loop.After(SyncDelay, () =>
        {
            _unsynced = false;
            _worker.Submit(new SyncWork(this));
        });
    }

    private void Synced()
    {
        _syncing = false;
        if (_unsynced) SyncSoon(); // what came while the disk was busy
    }

    private RemovalLog Log => log;

    private sealed class SyncWork(Removals removals) : WorkItem
    {
        public override void Execute() => removals.Log.Sync();

        protected override void OnDone() => removals.Synced();
    }
}

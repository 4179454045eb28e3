using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Qmgr;

/// <summary>
/// Notes removed messages for the journal: all of a batch of events with one write, and on stable storage soon after. Where deliveries are
/// not on stable storage yet the file system is synced first: until the removal is noted the journal answers for them.
/// </summary>
internal sealed class Removals(EventLoop loop, RemovalLog log) : IBatchEnd
{
    /// <summary>A failure of the machine brings back what was removed in this time before it.</summary>
    private static readonly TimeSpan SyncDelay = TimeSpan.FromMilliseconds(500);
    private readonly WorkerPool _worker = new(loop, "removals", 1);
    /// <summary>Removed, and not to be noted before the next sync of the file system.</summary>
    private List<string> _early = [], _syncing = [];
    private bool _noted, _unsynced, _underWay;

    public void Add(string id)
    {
        log.Add(id);
        if (_noted) return;
        _noted = true;
        loop.AtBatchEnd(this);
    }

    /// <summary>A message some deliveries of which may be in the page cache alone.</summary>
    public void AddUnsynced(string id)
    {
        _early.Add(id);
        if (!_underWay) SyncSoon();
    }

    void IBatchEnd.OnBatchEnd()
    {
        _noted = false;
        log.Write();
        _unsynced = true;
        if (!_underWay) SyncSoon();
    }

    private void SyncSoon()
    {
        _underWay = true;
        loop.After(SyncDelay, () =>
        {
            if (_early.Count == 0) SyncLog();
            else
            {
                (_early, _syncing) = (_syncing, _early);
                _worker.Submit(new FileSystemSync(this));
            }
        });
    }

    /// <summary>The deliveries are safe, so their messages may be noted.</summary>
    private void DeliveriesSynced()
    {
        foreach (string id in _syncing) log.Add(id);
        log.Write();
        _syncing.Clear();
        SyncLog();
    }

    private void SyncLog()
    {
        _unsynced = false;
        _worker.Submit(new LogSync(this));
    }

    private void LogSynced()
    {
        _underWay = false;
        if (_unsynced || _early.Count > 0) SyncSoon(); // what came while the disk was busy
    }

    private RemovalLog Removed => log;

    private sealed class FileSystemSync(Removals removals) : WorkItem
    {
        private int _error;

        public override void Execute() => _error = removals.Removed.SyncFileSystem();

        protected override void OnDone()
        {
            // never noted, they come back from the journal if it comes to that
            if (_error != 0)
            {
                Log.Warning($"journal: sync deliveries: {Errno.Text(_error)}: some may be made again after a failure of the machine");
                removals._syncing.Clear();
            }
            removals.DeliveriesSynced();
        }
    }

    private sealed class LogSync(Removals removals) : WorkItem
    {
        public override void Execute() => removals.Removed.Sync();

        protected override void OnDone() => removals.LogSynced();
    }
}

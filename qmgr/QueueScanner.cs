using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// Looks for messages in the folders, on a thread of its own, and reports what it finds to the loop in portions. A deferred file's next
/// attempt is its modification time, as far as that lies ahead; otherwise it is due now.
/// </summary>
internal sealed class QueueScanner(EventLoop loop, SpoolDirectory spool, Action<string, string, long> found)
{
    private const int Portion = 500;
    private readonly WorkerPool _worker = new(loop, "scanner", 1);
    private int _incomingScans;

    /// <summary>Scans incoming, active and deferred.</summary>
    public void ScanAll()
    {
        Submit(SpoolDirectory.Incoming);
        Submit(SpoolDirectory.Active);
        Submit(SpoolDirectory.Deferred);
    }

    /// <summary>Scans incoming, unless such a scan is waiting already.</summary>
    public void ScanIncoming()
    {
        if (_incomingScans > 1) return;
        Submit(SpoolDirectory.Incoming);
    }

    private void Submit(string folder)
    {
        if (folder == SpoolDirectory.Incoming) _incomingScans++;
        _worker.Submit(new Scan(this, folder));
    }

    private sealed class Scan(QueueScanner scanner, string folder) : WorkItem
    {
        private readonly List<(string Id, long Next)> _portion = [];

        public override void Execute()
        {
            foreach (string id in scanner.Spool.Ids(folder))
            {
                _portion.Add((id, folder == SpoolDirectory.Deferred ? NextAttempt(id) : 0));
                if (_portion.Count == Portion) Report();
            }
            Report();
        }

        private long NextAttempt(string id) =>
            Libc.TryStat(scanner.Spool.PathOf(folder, id), out Libc.FileStatus status) ? status.ModifiedSeconds * 1_000_000 : 0;

        private void Report()
        {
            if (_portion.Count == 0) return;
            (string Id, long Next)[] ids = [.. _portion];
            _portion.Clear();
            scanner.Loop.Post(() =>
            {
                foreach ((string id, long next) in ids) scanner.Report(id, folder, next);
            });
        }

        protected override void OnDone()
        {
            if (folder == SpoolDirectory.Incoming) scanner._incomingScans--;
        }
    }

    private SpoolDirectory Spool => spool;

    private EventLoop Loop => loop;

    private void Report(string id, string folder, long next) => found(id, folder, next);
}

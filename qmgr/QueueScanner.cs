using System.Globalization;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;

namespace MtaSuite.Qmgr;

/// <summary>
/// Looks for messages in the folders, on a thread of its own, and reports what it finds to the loop in portions. A deferred file's next
/// attempt is its modification time, as far as that lies ahead; otherwise it is due now. Which sites the deferred messages wait for stands
/// in the files; they are read afterwards, if anybody may ask for a site.
/// </summary>
/// <param name="found">Gets id, folder and time of each file.</param>
/// <param name="sites">Which sites one may ask for.</param>
/// <param name="readSites">Gets id and such sites of each deferred file that waits for some, with null as the last.</param>
internal sealed class QueueScanner(EventLoop loop, SpoolDirectory spool, Action<string, string, long> found, FlushSites sites,
    Action<string?, HashSet<string>> readSites)
{
    private const int Portion = 500;
    private readonly WorkerPool _worker = new(loop, "scanner", 1);
    /// <summary>Counts of files that are worth a line in the log.</summary>
    private const int Many = 1000;
    private int _incomingScans, _deferredScans;

    /// <summary>Not all that is deferred is known yet.</summary>
    public bool IsReadingDeferred => _deferredScans > 0;

    /// <summary>Scans incoming, active and deferred.</summary>
    public void ScanAll()
    {
        Submit(SpoolDirectory.Incoming);
        Submit(SpoolDirectory.Active);
        Submit(SpoolDirectory.Deferred);
        if (!sites.IsEmpty) _worker.Submit(new SiteScan(this, sites, readSites));
    }

    /// <summary>Scans incoming, unless such a scan is waiting already.</summary>
    public void ScanIncoming()
    {
        if (_incomingScans > 1) return;
        Submit(SpoolDirectory.Incoming);
    }

    /// <summary>Reads what one deferred message waits for.</summary>
    public void ReadSites(string id)
    {
        if (!sites.IsEmpty) _worker.Submit(new SiteScan(this, sites, readSites, id));
    }

    private void Submit(string folder)
    {
        if (folder == SpoolDirectory.Incoming) _incomingScans++;
        if (folder == SpoolDirectory.Deferred) _deferredScans++;
        _worker.Submit(new Scan(this, folder));
    }

    private SpoolDirectory Spool => spool;

    private TimeProvider Time => loop.Time;

    /// <summary>Hands a portion to the loop.</summary>
    private void Post<T>(List<T> portion, Action<T> take)
    {
        if (portion.Count == 0) return;
        T[] items = [.. portion];
        portion.Clear();
        loop.Post(() =>
        {
            foreach (T item in items) take(item);
        });
    }

    private sealed class Scan(QueueScanner scanner, string folder) : WorkItem
    {
        private readonly List<(string Id, long Next)> _portion = [];
        private readonly long _start = scanner.Start;
        private int _count;

        public override void Execute()
        {
            foreach (string id in scanner.Spool.Ids(folder))
            {
                _count++;
                _portion.Add((id, folder == SpoolDirectory.Deferred ? NextAttempt(id) : 0));
                if (_portion.Count == Portion) Report();
            }
            Report();
        }

        /// <summary>
        /// A file that was changed in the future is from before the clock was set back: its attempt goes back by as much.
        /// </summary>
        private long NextAttempt(string id)
        {
            if (!FileStatus.TryGet(scanner.Spool.PathOf(folder, id), out FileStatus status)) return 1;
            long ahead = Math.Max(0, status.ChangedSeconds - QueueId.Microseconds(scanner.Time) / 1_000_000);
            return Math.Max(1, (status.ModifiedSeconds - ahead) * 1_000_000);
        }

        private void Report() => scanner.Post(_portion, item => scanner.Found(item.Id, folder, item.Next));

        protected override void OnDone()
        {
            if (folder == SpoolDirectory.Incoming) scanner._incomingScans--;
            if (folder == SpoolDirectory.Deferred) scanner._deferredScans--;
            if (folder == SpoolDirectory.Deferred && _count >= Many) scanner.Tell("messages", _count, _start);
        }
    }

    private long Start => loop.Time.GetTimestamp();

    private void Tell(string what, int count, long start)
    {
        string seconds = loop.Time.GetElapsedTime(start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        Log.Info($"deferred queue: {what} {count}, found in {seconds} s");
    }

    private void Found(string id, string folder, long next) => found(id, folder, next);

    /// <param name="only">One message; null: all.</param>
    private sealed class SiteScan(QueueScanner scanner, FlushSites sites, Action<string?, HashSet<string>> take, string? only = null)
        : WorkItem
    {
        private readonly List<(string Id, HashSet<string> Sites)> _portion = [];
        private readonly long _start = scanner.Start;
        private int _count;

        public override void Execute()
        {
            foreach (string id in only == null ? scanner.Spool.Ids(SpoolDirectory.Deferred) : [only])
            {
                _count++;
                if (scanner.Spool.TryRead(SpoolDirectory.Deferred, id, out QueueFile? file) != QueueFileStatus.Ok) continue;
                IEnumerable<string> sitesOfAll =
                    file!.Envelope.Recipients.Where(r => !r.Done).Select(r => sites.SiteOfAsync(r.Address).Completed());
                HashSet<string> found = [.. sitesOfAll.Where(s => s.Length > 0)];
                if (found.Count > 0) _portion.Add((id, found));
                if (_portion.Count == Portion) Report();
            }
            Report();
        }

        private void Report() => scanner.Post(_portion, item => take(item.Id, item.Sites));

        protected override void OnDone()
        {
            if (only == null) take(null, []);
            if (_count >= Many) scanner.Tell("sites of messages", _count, _start);
        }
    }
}

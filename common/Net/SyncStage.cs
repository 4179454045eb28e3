using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Work that is done when a file it has written is durable. <see cref="WorkItem.Execute"/> writes the file on a worker thread and leaves its descriptor in
/// <see cref="Unsynced"/>; then a <see cref="SyncStage"/> syncs it, together with others where that is cheaper; then OnDone runs on the loop.
/// After a failed sync nothing may be tried again on the same descriptor: the file is to be given up.
/// </summary>
public abstract class DurableWork(SyncStage stage) : WorkItem
{
    internal override SyncStage? Next => Unsynced < 0 ? null : stage;

    /// <summary>The file to sync, under its final name; -1: none. It stays the work's own.</summary>
    public int Unsynced { get; protected set; } = -1;

    /// <summary>The file system that <see cref="Unsynced"/> lies on, where a stage serves several.</summary>
    public ulong Device { get; protected set; }

    /// <summary>errno of the failed sync, or 0.</summary>
    public int SyncError { get; internal set; }
}

/// <summary>
/// Makes files durable, data and names. Files that come in while a sync runs are gathered by it and synced together by one syncfs(2) for each file system: one
/// commit of its journal, one wait and one switch of threads for all of them. A file that is alone gets an fsync(2). No timer gathers them. syncfs writes back what
/// others have left dirty as well; where that makes it slow, each file is synced by itself, by several threads, for a while that doubles each time.
/// </summary>
/// <param name="grouping">False: one fsync for each file, always.</param>
public sealed class SyncStage(EventLoop loop, bool grouping)
{
    /// <summary>Syncs in flight share the commits of the disk's journal: fewer threads leave the disk idle.</summary>
    private const int SoloThreads = 20, StackBytes = 128 * 1024;
    /// <summary>A group that takes longer than this costs more than it saves, milliseconds.</summary>
    private const int SlowMilliseconds = 60, MinPause = 10_000, MaxPause = 640_000;
    private readonly object _gate = new();
    private readonly bool _grouping = grouping && IsSupported;
    private List<DurableWork> _waiting = [];
    private bool _groupRuns;
    private Thread? _leader;
    private int _threads, _idle;
    private long _soloUntil, _pause = MinPause;

    /// <summary>syncfs tells of write errors since Linux 5.8; before that it must not be relied on.</summary>
    private static bool IsSupported => Environment.OSVersion.Version >= new Version(5, 8);

    private bool Groups => _grouping && Environment.TickCount64 >= _soloUntil;

    /// <summary>Syncs the work's file on the calling thread.</summary>
    internal static void SyncNow(DurableWork work) => work.SyncError = Libc.Fsync(work.Unsynced) == 0 ? 0 : Libc.Errno;

    /// <summary>Takes work whose file is written. From any thread that has no identity of its own at the time (a thread that is started here would keep it).</summary>
    internal void Accept(DurableWork work)
    {
        bool start = false;
        lock (_gate)
        {
            _waiting.Add(work);
            if (_groupRuns && Groups) return; // the one that runs takes it next
            if (_idle > 0) Monitor.Pulse(_gate);
            else start = _threads < (Groups ? 1 : SoloThreads);
            if (start) _threads++;
        }
        if (start) new Thread(Run, StackBytes) { IsBackground = true, Name = "sync" }.Start();
    }

    private void Run()
    {
        List<DurableWork> taken = [];
        while (true)
        {
            bool group = Take(ref taken);
            if (group && taken.Count > 1) SyncTogether(taken);
            else foreach (DurableWork work in taken) SyncNow(work);
            loop.PostAll(taken);
            taken.Clear();
        }
    }

    /// <summary>Waits for work: all that is there when it may be synced together, else one piece.</summary>
    private bool Take(ref List<DurableWork> taken)
    {
        lock (_gate)
        {
            // whoever takes a group comes back here when it is done
            if (_leader == Thread.CurrentThread) (_leader, _groupRuns) = (null, false);
            while (_waiting.Count == 0 || (_groupRuns && Groups))
            {
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }
            if (!Groups)
            {
                taken.Add(_waiting[^1]);
                _waiting.RemoveAt(_waiting.Count - 1);
                return false;
            }
            (_waiting, taken) = (taken, _waiting);
            (_leader, _groupRuns) = (Thread.CurrentThread, true);
            return true;
        }
    }

    private void SyncTogether(List<DurableWork> works)
    {
        long start = Environment.TickCount64;
        works.Sort(static (a, b) => a.Device.CompareTo(b.Device));
        for (int i = 0; i < works.Count;)
        {
            int end = i + 1;
            while (end < works.Count && works[end].Device == works[i].Device) end++;
            if (end - i == 1) SyncNow(works[i]);
            else
            {
                int error = Libc.SyncFs(works[i].Unsynced) == 0 ? 0 : Libc.Errno;
                // syncfs tells of failures since its own descriptor was opened; each file knows of its own
                for (int k = i; k < end; k++) works[k].SyncError = error != 0 ? error : Libc.SyncFileRange(works[k].Unsynced, 0, 0, Libc.SYNC_FILE_RANGE_WAIT_BEFORE) == 0 ? 0 : Libc.Errno;
            }
            i = end;
        }
        NoteDuration(Environment.TickCount64 - start);
    }

    private void NoteDuration(long milliseconds)
    {
        lock (_gate)
        {
            if (milliseconds <= SlowMilliseconds) return;
            long now = Environment.TickCount64;
            _pause = now - _soloUntil > 8 * _pause ? MinPause : Math.Min(2 * _pause, MaxPause);
            _soloUntil = now + _pause;
        }
    }
}

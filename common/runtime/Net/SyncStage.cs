namespace MtaSuite.Common.Net;

/// <summary>
/// Work that is done when what it has written is durable. <see cref="WorkItem.Execute"/> writes on a worker thread and leaves the file's
/// descriptor in <see cref="Unsynced"/>; then its <see cref="SyncStage"/> syncs it, together with others where that is cheaper; then OnDone
/// runs on the loop. After a failed sync nothing may be tried again on the same descriptor: the file is to be given up.
/// </summary>
public abstract class DurableWork(SyncStage stage) : WorkItem
{
    /// <summary>Who makes it durable; Execute may choose another one.</summary>
    public SyncStage Stage { get; protected set; } = stage;

    /// <summary>The file to sync, under its final name; -1: none. It stays the work's own.</summary>
    public int Unsynced { get; protected set; } = -1;

    /// <summary>The file system that <see cref="Unsynced"/> lies on, where a stage serves several.</summary>
    public ulong Device { get; protected set; }

    /// <summary>errno of the failed sync, or 0.</summary>
    public int SyncError { get; set; }
}

/// <summary>
/// Makes written work durable on threads of its own. Work that comes in while a sync runs is gathered by it and synced together: one wait
/// and one switch of threads for all of it. No timer gathers it.
/// </summary>
public abstract class SyncStage(EventLoop loop)
{
    private const int StackBytes = 128 * 1024;
    private readonly object _gate = new();
    private readonly Queue<DurableWork> _waiting = new();
    private bool _groupRuns;
    private int _threads, _idle;

    /// <summary>
    /// Work that waits is synced together, by one thread at a time; else each piece by itself, by up to <see cref="SoloThreads"/>.
    /// </summary>
    protected virtual bool Groups => true;

    protected virtual int SoloThreads => 1;

    /// <summary>Syncs one piece of work on the calling thread and sets its <see cref="DurableWork.SyncError"/>.</summary>
    public abstract void Sync(DurableWork work);

    /// <summary>Syncs several and sets the <see cref="DurableWork.SyncError"/> of each. They may be put into another order.</summary>
    protected abstract void SyncTogether(List<DurableWork> works);

    /// <summary>
    /// Takes work that is written. From any thread that has no identity of its own at the time (a thread that is started here would keep
    /// it).
    /// </summary>
    internal void Accept(DurableWork work)
    {
        bool start = false;
        lock (_gate)
        {
            _waiting.Enqueue(work);
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
        bool leads = false;
        while (true)
        {
            leads = Take(taken, leads);
            if (taken.Count == 1) Sync(taken[0]);
            else SyncTogether(taken);
            loop.PostAll(taken);
            taken.Clear();
        }
    }

    /// <summary>
    /// Waits for work: all that is there when it may be synced together, else the oldest piece. True: no other thread takes any until this
    /// thread comes again.
    /// </summary>
    private bool Take(List<DurableWork> taken, bool led)
    {
        lock (_gate)
        {
            if (led) _groupRuns = false;
            while (_waiting.Count == 0 || (_groupRuns && Groups))
            {
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }
            if (!Groups)
            {
                taken.Add(_waiting.Dequeue());
                return false;
            }
            while (_waiting.TryDequeue(out DurableWork? work)) taken.Add(work);
            return _groupRuns = true;
        }
    }
}

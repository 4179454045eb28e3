namespace MtaSuite.Common.Net;

/// <summary>A piece of blocking work: <see cref="Execute"/> runs on a worker thread, then <see cref="OnDone"/> on the loop.</summary>
public abstract class WorkItem : ICompletion
{
    internal WorkerPool? Pool;

    public abstract void Execute();

    protected abstract void OnDone();

    void ICompletion.Complete()
    {
        Pool!.Finished();
        OnDone();
    }
}

/// <summary>
/// A few threads of our own for what blocks (file sync, mailboxes, slow tables), started when first needed. Never the default pool: two
/// cores give it two threads, which halves the rate of syncs. Work is taken in the order of submission. Work that has to wait for something
/// slow (a command, another process) says so, and does not count as one of the few meanwhile.
/// </summary>
public sealed class WorkerPool(EventLoop loop, string name, int threads) : IBatchEnd
{
    private const int StackBytes = 256 * 1024;
    /// <summary>
    /// Work that took longer than this when done in place, milliseconds, is given to threads for twenty times as long: a disk that is slow
    /// now and then holds the loop up for a twentieth of the time at most.
    /// </summary>
    private const int SlowMilliseconds = 10, SlowMemory = 20;
    /// <summary>
    /// So long after two pieces of work were there at once nothing is done in place: syncs in flight together are cheaper, milliseconds.
    /// </summary>
    private const int BurstMilliseconds = 500;
    /// <summary>When nothing was finished for so long, one more thread may run: a dead network disk must not hold up the others.</summary>
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(1);
    private readonly object _gate = new();
    private readonly Queue<WorkItem> _queue = new();
    private List<WorkItem> _batch = [], _taken = [];
    private long _threadsUntil;
    private int _started;
    private int _idle;
    private int _waiting;
    private int _waking;
    private int _extra;
    private long _finished, _finishedBefore;
    private bool _watched;

    /// <summary>Work submitted and not yet completed.</summary>
    public int Pending
    {
        get => Volatile.Read(ref _pending);
        private set => Volatile.Write(ref _pending, value);
    }

    private int _pending;

    /// <summary>
    /// Where one piece of work comes at a time, it is done on the loop itself at the end of the batch of events, as long as it proves
    /// quick: no other work is delayed, and two switches of threads are saved. Not for work that takes on an identity.
    /// </summary>
    public bool InPlaceWhenAlone { get; init; }

    /// <summary>
    /// So many pieces may wait for a thread that is at work before another one is woken: for work that is quick, where a switch of threads
    /// costs as much as the work.
    /// </summary>
    public int Backlog { get; init; }

    /// <summary>The most threads, however many of them wait or are stuck.</summary>
    public int MostThreads { get; init; } = 200;

    /// <summary>Queues work. On the loop's thread.</summary>
    public void Submit(WorkItem item)
    {
        item.Pool = this;
        Pending++;
        if (!InPlaceWhenAlone)
        {
            Enqueue(item);
            return;
        }
        if (_batch.Count == 0) loop.AtBatchEnd(this);
        _batch.Add(item);
    }

    void IBatchEnd.OnBatchEnd()
    {
        (_batch, _taken) = (_taken, _batch);
        if (Pending > 1) _threadsUntil = Math.Max(_threadsUntil, loop.NowMilliseconds + BurstMilliseconds);
        if (loop.NowMilliseconds >= _threadsUntil) DoInPlace(_taken[0]);
        else foreach (WorkItem item in _taken) Enqueue(item);
        _taken.Clear();
    }

    private void DoInPlace(WorkItem item)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        item.Execute();
        if (item is DurableWork { Unsynced: >= 0 } work) work.Stage.Sync(work);
        double took = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (took > SlowMilliseconds) _threadsUntil = Environment.TickCount64 + (long)(SlowMemory * took);
        ((ICompletion)item).Complete();
    }

    private void Enqueue(WorkItem item)
    {
        lock (_gate)
        {
            _queue.Enqueue(item);
            WakeIfNeeded();
        }
        StartIfNeeded();
        if (_watched) return;
        _watched = true;
        loop.After(StallTime, WatchForStall);
    }

    /// <summary>Runs each second while there is work.</summary>
    private void WatchForStall()
    {
        bool stalled = Pending > 0 && _finished == _finishedBefore;
        _finishedBefore = _finished;
        _watched = Pending > 0;
        lock (_gate) _extra = stalled ? _extra + 1 : _watched ? _extra : 0;
        if (stalled) StartIfNeeded();
        if (_watched) loop.After(StallTime, WatchForStall);
    }

    /// <summary>Threads that are at work, or about to be.</summary>
    private int AtWork => _started - _idle + _waking - _waiting;

    private bool NeedsAnother => _queue.Count > (AtWork > _extra ? Backlog : 0);

    private void WakeIfNeeded()
    {
        if (_idle <= _waking || !NeedsAnother) return;
        _waking++;
        Monitor.Pulse(_gate);
    }

    /// <summary>
    /// On a worker: the work at hand begins to wait for something slow, so that another thread may take its place. The thread is started on
    /// the loop: one that is started here would inherit what this one has taken on, such as a user's file identity.
    /// </summary>
    public void BeginWait()
    {
        bool needed;
        lock (_gate)
        {
            _waiting++;
            WakeIfNeeded();
            needed = _queue.Count > _idle;
        }
        if (needed) loop.Post(StartIfNeeded);
    }

    /// <summary>On a worker: the wait is over.</summary>
    public void EndWait()
    {
        lock (_gate) _waiting--;
    }

    private void StartIfNeeded()
    {
        lock (_gate)
        {
            if (_queue.Count <= _idle || !NeedsAnother || _started - _waiting >= threads + _extra || _started >= MostThreads) return;
            _started++;
        }
        new Thread(Work, StackBytes) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Runs a function on a worker and gives its result on the loop.</summary>
    public Promise<T> Run<T>(Func<T> function)
    {
        FunctionItem<T> item = new(function);
        Submit(item);
        return item.Result;
    }

    internal void Finished()
    {
        Pending--;
        _finished++;
    }

    private void Work()
    {
        while (true)
        {
            WorkItem? item;
            lock (_gate)
            {
                while (!_queue.TryDequeue(out item))
                {
                    if (_started - _waiting > threads + _extra)
                    {
                        _started--; // came in for one that waited
                        return;
                    }
                    _idle++;
                    Monitor.Wait(_gate);
                    _idle--;
                    if (_waking > 0) _waking--;
                }
            }
            item.Execute();
            if (item is not DurableWork { Unsynced: >= 0 } work) loop.Post(item);
            else if (Pending > 1) work.Stage.Accept(work);
            else SyncHere(work);
        }
    }

    /// <summary>
    /// With no other work to share a sync with, doing it here saves a switch of threads. Whatever comes meanwhile finds
    /// another worker.
    /// </summary>
    private void SyncHere(DurableWork work)
    {
        BeginWait();
        work.Stage.Sync(work);
        EndWait();
        loop.Post(work);
    }

    private sealed class FunctionItem<T>(Func<T> function) : WorkItem
    {
        private T _value = default!;
        public readonly Promise<T> Result = new();

        public override void Execute() => _value = function();

        protected override void OnDone() => Result.TrySet(_value);
    }
}

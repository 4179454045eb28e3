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
/// cores give it two threads, which halves the rate of syncs. Work is taken in the order of submission.
/// </summary>
public sealed class WorkerPool(EventLoop loop, string name, int threads)
{
    private const int StackBytes = 256 * 1024;
    private readonly object _gate = new();
    private readonly Queue<WorkItem> _queue = new();
    private int _started;
    private int _idle;

    /// <summary>Work submitted and not yet completed.</summary>
    public int Pending { get; private set; }

    /// <summary>Queues work. On the loop's thread.</summary>
    public void Submit(WorkItem item)
    {
        item.Pool = this;
        Pending++;
        bool start;
        lock (_gate)
        {
            _queue.Enqueue(item);
            start = _queue.Count > _idle && _started < threads;
            if (start) _started++;
            else if (_idle > 0) Monitor.Pulse(_gate);
        }
        if (start) new Thread(Work, StackBytes) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Runs a function on a worker and gives its result on the loop.</summary>
    public Promise<T> Run<T>(Func<T> function)
    {
        FunctionItem<T> item = new(function);
        Submit(item);
        return item.Result;
    }

    internal void Finished() => Pending--;

    private void Work()
    {
        while (true)
        {
            WorkItem? item;
            lock (_gate)
            {
                while (!_queue.TryDequeue(out item))
                {
                    _idle++;
                    Monitor.Wait(_gate);
                    _idle--;
                }
            }
            item.Execute();
            loop.Post(item);
        }
    }

    private sealed class FunctionItem<T>(Func<T> function) : WorkItem
    {
        private T _value = default!;
        public readonly Promise<T> Result = new();

        public override void Execute() => _value = function();

        protected override void OnDone() => Result.TrySet(_value);
    }
}

using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>Something with a descriptor that an event loop watches.</summary>
public interface IReadiness
{
    /// <summary>The descriptor is ready; <paramref name="events"/> are EPOLL bits. Runs on the loop's thread.</summary>
    void OnReady(uint events);
}

/// <summary>Work that has something to send once for each batch of events.</summary>
public interface IBatchEnd
{
    void OnBatchEnd();
}

/// <summary>A result that another thread hands to the loop.</summary>
public interface ICompletion
{
    void Complete();
}

/// <summary>
/// One event loop on one thread. Connections, timers and posted work run here, so session code needs no locks. It is the thread's
/// synchronization context as well: a task awaited in session code resumes here. Output is sent once for each batch of events. It stands on
/// epoll, or, where that is asked for, on the portable sockets of the base class library.
/// </summary>
public sealed class EventLoop : SynchronizationContext, IDisposable
{
    private const int EventsPerWait = 256;
    private readonly Lock _lock = new();
    private readonly List<IBatchEnd> _everyBatch = [], _beforeOutput = [];
    private readonly TimerQueue _timers = new();
    private List<IBatchEnd> _dirty = [], _flushing = [];
    private IReadiness?[] _handlers = new IReadiness?[256];
    private uint[] _generations = new uint[256];
    private List<object> _posted = [], _running = [];
    private volatile bool _stopping;
    private bool _isRunning;

    /// <param name="portable">On sockets of the base class library instead of epoll.</param>
    public EventLoop(TimeProvider? time = null, bool portable = false)
    {
        Time = time ?? TimeProvider.System;
        Engine = portable ? new BclEngine() : new EpollEngine();
        NowMilliseconds = Environment.TickCount64;
    }

    /// <summary>The calls of the system.</summary>
    internal SocketEngine Engine { get; }

    /// <summary>Wall clock time and its zone.</summary>
    public TimeProvider Time { get; }

    /// <summary>A monotonic clock in milliseconds, read once for each batch.</summary>
    public long NowMilliseconds { get; private set; }

    /// <summary>Counts what came from outside: descriptors that were ready and work that was posted, but no timers.</summary>
    public long Handled { get; private set; }

    /// <summary>The loop that runs on this thread, or null.</summary>
    public static new EventLoop? Current => SynchronizationContext.Current as EventLoop;

    /// <summary>The loop whose <see cref="Run"/> this thread is in, or null: then nothing would resume what awaits it.</summary>
    public static EventLoop? Running => Current is { _isRunning: true } loop ? loop : null;

    /// <summary>Runs until <see cref="Stop"/>. What ran last has sent its output when this returns. It may run again.</summary>
    public void Run()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SetSynchronizationContext(this);
        _isRunning = true;
        try
        {
            Span<EpollEvent> events = stackalloc EpollEvent[EventsPerWait];
            while (true)
            {
                RunPosted();
                EndBatch();
                if (!_stopping) Turn(events);
                else
                {
                    _stopping = false;
                    return;
                }
            }
        }
        finally
        {
            _isRunning = false;
            SetSynchronizationContext(before);
        }
    }

    private void Turn(Span<EpollEvent> events)
    {
        int n = Engine.Wait(events, HasPosted ? 0 : _timers.Timeout(Environment.TickCount64));
        NowMilliseconds = Environment.TickCount64;
        Handled += Math.Max(n, 0);
        for (int i = 0; i < n; i++)
        {
            ulong data = events[i].Data;
            if (data == SocketEngine.WakeData)
            {
                Engine.Woken();
                continue;
            }
            int fd = (int)(data & 0x7fffffff);
            if (_generations[fd] == (uint)(data >> 32)) _handlers[fd]?.OnReady(events[i].Events);
        }
        RunPosted();
        _timers.RunDue(NowMilliseconds);
    }

    private bool HasPosted
    {
        get { lock (_lock) return _posted.Count > 0; }
    }

    private void RunPosted()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_posted.Count == 0) return;
                (_posted, _running) = (_running, _posted);
            }
            foreach (object work in _running)
            {
                if (work is ICompletion completion) completion.Complete();
                else ((Action)work)();
            }
            Handled += _running.Count;
            _running.Clear();
        }
    }

    private void EndBatch()
    {
        while (_dirty.Count > 0)
        {
            foreach (IBatchEnd work in _beforeOutput) work.OnBatchEnd();
            (_dirty, _flushing) = (_flushing, _dirty);
            foreach (IBatchEnd work in _flushing) work.OnBatchEnd();
            _flushing.Clear();
        }
        foreach (IBatchEnd work in _everyBatch) work.OnBatchEnd();
    }

    /// <summary>Ends <see cref="Run"/> after the batch under way. From any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <summary>Runs an action on the loop. From any thread.</summary>
    public void Post(Action action) => Enqueue(action);

    /// <summary>Hands a finished piece of work to the loop without allocating. From any thread.</summary>
    public void Post(ICompletion completion) => Enqueue(completion);

    /// <summary>Hands finished pieces of work to the loop together: they complete in one batch. From any thread but the loop's.</summary>
    public void PostAll<T>(List<T> completions) where T : class, ICompletion
    {
        bool first;
        lock (_lock)
        {
            first = _posted.Count == 0 && completions.Count > 0;
            foreach (T completion in completions) _posted.Add(completion);
        }
        if (first) Wake();
    }

    public override void Post(SendOrPostCallback d, object? state) => Enqueue(() => d(state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("the loop is never waited for");

    public override SynchronizationContext CreateCopy() => this;

    private void Enqueue(object work)
    {
        bool first;
        lock (_lock)
        {
            first = _posted.Count == 0;
            _posted.Add(work);
        }
        if (first && Current != this) Wake();
    }

    private void Wake() => Engine.Wake();

    /// <summary>Sends <paramref name="work"/>'s output at the end of this batch. The caller adds it once only.</summary>
    public void AtBatchEnd(IBatchEnd work) => _dirty.Add(work);

    /// <summary>Calls <paramref name="work"/> at the end of every batch from now on.</summary>
    public void AtEveryBatchEnd(IBatchEnd work) => _everyBatch.Add(work);

    /// <summary>
    /// Calls <paramref name="work"/> from now on each time before output is sent: for what must be there before a peer acts on the output.
    /// </summary>
    public void BeforeOutput(IBatchEnd work) => _beforeOutput.Add(work);

    /// <summary>Runs an action once, after a time.</summary>
    public LoopTimer After(TimeSpan delay, Action action) =>
        _timers.Add(Environment.TickCount64 + (long)Math.Ceiling(delay.TotalMilliseconds), action);

    /// <summary>Runs an action again and again, first after one interval.</summary>
    public LoopTimer Every(TimeSpan interval, Action action)
    {
        LoopTimer timer = null!;
        long step = Math.Max(1, (long)interval.TotalMilliseconds);
        timer = _timers.Add(Environment.TickCount64 + step, () =>
        {
            _timers.Rearm(timer, NowMilliseconds + step);
            action();
        });
        return timer;
    }

    /// <summary>Completes after a time.</summary>
    public Promise<bool> Delay(TimeSpan delay)
    {
        Promise<bool> promise = new();
        After(delay, () => promise.TrySet(true));
        return promise;
    }

    /// <summary>Watches a descriptor for EPOLL bits; false with errno set when the system refuses.</summary>
    public bool Watch(int fd, uint events, IReadiness handler)
    {
        if (fd >= _handlers.Length)
        {
            int size = Math.Max(fd + 1, _handlers.Length * 2);
            Array.Resize(ref _handlers, size);
            Array.Resize(ref _generations, size);
        }
        _handlers[fd] = handler;
        uint generation = (_generations[fd] + 1) & 0x7fffffff;
        _generations[fd] = generation;
        return Engine.Watch(fd, events, ((ulong)generation << 32) | (uint)fd);
    }

    /// <summary>Watches the same descriptor for other EPOLL bits; what is ready already is told again.</summary>
    public void Rewatch(int fd, uint events) =>
        Engine.Rewatch(fd, events, ((ulong)_generations[fd] << 32) | (uint)fd);

    /// <summary>Stops watching; events of this batch that are still to come are dropped. Call before closing the descriptor.</summary>
    public void Unwatch(int fd)
    {
        if (fd < 0 || fd >= _handlers.Length || _handlers[fd] == null) return;
        _handlers[fd] = null;
        _generations[fd] = (_generations[fd] + 1) & 0x7fffffff;
        Engine.Unwatch(fd);
    }

    public void Dispose() => Engine.Dispose();
}

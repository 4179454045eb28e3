namespace MtaSuite.Common.Net;

/// <summary>A pending timer of an event loop.</summary>
public sealed class LoopTimer
{
    internal Action? Action;

    /// <summary>It will not run any more. Safe at any time on the loop's thread.</summary>
    public void Cancel() => Action = null;
}

/// <summary>Timers in a heap; a cancelled one stays until it is due and is then dropped.</summary>
internal sealed class TimerQueue
{
    private readonly PriorityQueue<LoopTimer, long> _heap = new();

    internal LoopTimer Add(long due, Action action)
    {
        LoopTimer timer = new() { Action = action };
        _heap.Enqueue(timer, due);
        return timer;
    }

    internal void Rearm(LoopTimer timer, long due) => _heap.Enqueue(timer, due);

    /// <summary>Milliseconds until the next timer, -1 when there is none.</summary>
    internal int Timeout(long now)
    {
        while (_heap.TryPeek(out LoopTimer? timer, out long due))
        {
            if (timer.Action != null) return (int)Math.Clamp(due - now, 0, int.MaxValue);
            _heap.Dequeue();
        }
        return -1;
    }

    internal void RunDue(long now)
    {
        while (_heap.TryPeek(out LoopTimer? timer, out long due) && due <= now)
        {
            _heap.Dequeue();
            timer.Action?.Invoke();
        }
    }
}

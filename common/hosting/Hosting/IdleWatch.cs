using MtaSuite.Common.Net;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// Calls back once a second while the process works, and not at all while it is idle: a daemon that has nothing to do is not woken for it.
/// When the process becomes idle its memory is given back. On the loop's thread.
/// </summary>
public sealed class IdleWatch : IBatchEnd
{
    private readonly EventLoop _loop;
    private readonly Action? _look;
    private readonly TimeSpan _interval;
    private readonly MemoryTrim _memory = new();
    private long _seen = -1;
    private bool _armed, _old;

    /// <param name="look">Called after each second with events.</param>
    /// <param name="interval">Instead of a second.</param>
    public IdleWatch(EventLoop loop, Action? look = null, TimeSpan? interval = null)
    {
        (_loop, _look, _interval) = (loop, look, interval ?? TimeSpan.FromSeconds(1));
        loop.AtEveryBatchEnd(this);
    }

    void IBatchEnd.OnBatchEnd()
    {
        if (!_armed && _loop.Handled != _seen) Arm();
    }

    private void Arm()
    {
        _armed = true;
        _loop.After(_interval, Look);
    }

    private void Look()
    {
        _armed = false;
        bool idle = _loop.Handled == _seen;
        _seen = _loop.Handled;
        _look?.Invoke();
        if (!_old) MemoryTrim.Started();
        else if (idle) _memory.OnIdle();
        _old = true;
        if (!idle) Arm(); // to see whether anything more comes
    }
}

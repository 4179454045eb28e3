using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Master;

/// <summary>
/// Notices ended children. A thread of its own waits for them, because the runtime must not handle SIGCHLD: as process 1 (in a container)
/// it would reap every child itself, and nobody would learn of it. What else ends as our child then, orphans of anybody, is reaped on the
/// way. The children are reaped on the loop's thread alone, so a child's number is good for kill(2) as long as it was not handed out
/// here.
/// </summary>
internal sealed class ChildReaper
{
    private const int StackBytes = 128 * 1024;
    private static readonly TimeSpan OrphanInterval = TimeSpan.FromSeconds(1);
    private readonly EventLoop _loop;
    private readonly Action<int, int> _ended;
    private readonly object _gate = new();
    /// <summary>There is something new to wait for. Under the gate.</summary>
    private bool _goOn;

    /// <param name="ended">Called on the loop with number and wait status of each child that has ended, ours or not.</param>
    public ChildReaper(EventLoop loop, Action<int, int> ended)
    {
        (_loop, _ended) = (loop, ended);
        Libc.KeepEndedChildren();
        new Thread(Wait, StackBytes) { IsBackground = true, Name = "children" }.Start();
    }

    /// <summary>A child was started.</summary>
    public void Started()
    {
        lock (_gate)
        {
            _goOn = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Wait()
    {
        while (true)
        {
            if (Libc.WaitForAnyChild() == 0)
            {
                _loop.Post(Reap);
                Pause(Timeout.InfiniteTimeSpan);
            }
            // no child: the next one is ours, or, as process 1, anybody's
            else Pause(Libc.GetPid() == 1 ? OrphanInterval : Timeout.InfiniteTimeSpan);
        }
    }

    private void Pause(TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_goOn) _ = Monitor.Wait(_gate, limit);
            _goOn = false;
        }
    }

    private void Reap()
    {
        while (Libc.WaitPid(-1, out int status, Libc.WNOHANG) is > 0 and int pid) _ended(pid, status);
        Started();
    }
}

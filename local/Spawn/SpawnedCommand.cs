using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Local.Commands;

namespace MtaSuite.Local.Spawn;

/// <summary>A command that serves a connection: waited for on the loop, and killed with its process group when its time is over.</summary>
internal sealed class SpawnedCommand(EventLoop loop, ChildProcess child, CommandSpec spec) : IReadiness
{
    /// <summary>How often it is looked at where there is no descriptor to watch.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_killed = TimeSpan.FromSeconds(5);
    private readonly Promise<bool> _ended = new();
    private LoopTimer? _limit;
    private bool _watched;

    /// <summary>Waits until it has ended, and says in the log what is wrong with its end.</summary>
    public async Task WaitAsync()
    {
        _limit = loop.After(spec.TimeLimit, TimeIsOver);
        _watched = child.Descriptor >= 0 && loop.Watch(child.Descriptor, Epoll.EPOLLIN, this);
        if (!_watched) loop.After(s_look, Look);
        await _ended;
    }

    /// <summary>Asks it to end.</summary>
    public void Terminate() => child.SignalGroup(Signals.SIGTERM);

    void IReadiness.OnReady(uint events) => Look();

    private void Look()
    {
        if (_ended.IsCompleted) return;
        ChildState state = child.TryReap(wait: false, out int status);
        if (state != ChildState.Running) End(state, status);
        else if (!_watched) loop.After(s_look, Look);
    }

    private void TimeIsOver()
    {
        Log.Warning($"command {spec.Display} is ended: its time limit of {spec.TimeLimit.TotalSeconds:0} s is over");
        child.SignalGroup(Signals.SIGKILL);
        loop.After(s_killed, () =>
        {
            if (!_ended.IsCompleted) End(ChildState.Lost, 0);
        });
    }

    private void End(ChildState state, int status)
    {
        _limit?.Cancel();
        if (_watched) loop.Unwatch(child.Descriptor);
        int code = Processes.ExitCode(status);
        if (state == ChildState.Ended && code < 0) Log.Warning($"command {spec.Display} was ended by signal {status & 0x7f}");
        else if (state == ChildState.Ended && code > 0) Log.Warning($"command {spec.Display} exit status {code}");
        child.Dispose();
        _ended.TrySet(true);
    }
}

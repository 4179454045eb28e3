namespace MtaSuite.Common.Native;

/// <summary>What became of a child process.</summary>
public enum ChildState
{
    Running,
    /// <summary>It ended, and was reaped by this call.</summary>
    Ended,
    /// <summary>Somebody else in this process has reaped it: how it ended is not known.</summary>
    Lost,
}

/// <summary>
/// A child of this process, held by a pidfd, so that no other process that got the same number later is ever waited for or killed. Owns
/// the descriptor and the duty to reap the child. Not for several threads at once.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    private readonly int _pid;
    private readonly FileDescriptor _pidFd;
    private bool _gone;

    /// <param name="pid">A child that has not been waited for.</param>
    public ChildProcess(int pid)
    {
        _pid = pid;
        _pidFd = new FileDescriptor(Processes.PidFdOpen(pid));
    }

    /// <summary>Becomes readable when the child ends; -1 where there was no descriptor to be had.</summary>
    public int Descriptor => _pidFd.Fd;

    /// <summary>Whether the child has ended; then reaps it.</summary>
    /// <param name="wait">Blocks until it has.</param>
    /// <param name="status">The wait status of a child that ended.</param>
    public ChildState TryReap(bool wait, out int status)
    {
        status = 0;
        if (_gone) return ChildState.Lost;
        int result;
        do result = Processes.WaitChild(_pidFd.Fd, _pid, wait ? 0 : Processes.WNOHANG, out status);
        while (result < 0 && Errno.Last == Errno.EINTR);
        if (result == 0) return ChildState.Running;
        _gone = true;
        return result > 0 ? ChildState.Ended : ChildState.Lost;
    }

    /// <summary>
    /// The same for a child that is about to end. One that a tracer of its own holds does not end before that lets it: it is given up then,
    /// and <see cref="ChildState.Running"/>.
    /// </summary>
    public ChildState TryReapWithin(TimeSpan limit, out int status)
    {
        const int pause = 20;
        long until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        ChildState state;
        while ((state = TryReap(wait: false, out status)) == ChildState.Running && Environment.TickCount64 < until)
            _ = Poll.Wait([], pause);
        return state;
    }

    /// <summary>
    /// Sends a signal to the child and to all of its process group, which it leads. A child that was reaped gets none, nor does its
    /// group: the number may be somebody else's by now.
    /// </summary>
    public void SignalGroup(int signal)
    {
        if (_gone) return;
        if (_pidFd.IsOpen && Signals.PidFdSignalGroup(_pidFd.Fd, signal)) return;
        // As long as it is not reaped its number stays its own, even when it has ended.
        if (Processes.WaitChild(_pidFd.Fd, _pid, Processes.WNOHANG | Processes.WNOWAIT, out _) < 0) return;
        _ = Signals.Kill(-_pid, signal);
        _ = Signals.Kill(_pid, signal);
    }

    public void Dispose() => _pidFd.Dispose();
}

namespace MtaSuite.Common.Native;

/// <summary>
/// One process, which no later one with the same number is taken for (pidfd_open(2)). Where the system has no such descriptors, or
/// forbids them, its number stands in. Owns the descriptor.
/// </summary>
public sealed class ProcessHandle : IDisposable
{
    private readonly int _fd;
    private bool _closed;

    private ProcessHandle(int pid, int fd) => (Pid, _fd) = (pid, fd);

    public int Pid { get; }

    /// <summary>The process that has this number now; null: there is none.</summary>
    public static ProcessHandle? TryOpen(int pid)
    {
        int fd = Processes.PidFdOpen(pid);
        return fd >= 0 || Errno.Last != Errno.ESRCH ? new ProcessHandle(pid, fd) : null;
    }

    /// <summary>Sends a signal; 0, or errno (ESRCH: the process has ended).</summary>
    public int Send(int signal) => (_fd >= 0 ? Signals.PidFdSendSignal(_fd, signal) : Signals.Kill(Pid, signal)) == 0 ? 0 : Errno.Last;

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        if (_fd >= 0) _ = FileIO.Close(_fd);
    }
}

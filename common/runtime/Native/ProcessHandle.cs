namespace MtaSuite.Common.Native;

/// <summary>
/// One process, which no later one with the same number is taken for (pidfd_open(2)). Where the system has no such descriptors, or
/// forbids them, its number stands in. Owns the descriptor.
/// </summary>
public sealed class ProcessHandle : IDisposable
{
    private readonly FileDescriptor? _pidFd;

    private ProcessHandle(int pid, FileDescriptor? pidFd) => (Pid, _pidFd) = (pid, pidFd);

    public int Pid { get; }

    /// <summary>The process that has this number now; null: there is none.</summary>
    public static ProcessHandle? TryOpen(int pid)
    {
        FileDescriptor? pidFd = FileDescriptor.From(Processes.PidFdOpen(pid));
        return pidFd != null || Errno.Last != Errno.ESRCH ? new ProcessHandle(pid, pidFd) : null;
    }

    /// <summary>Sends a signal; 0, or errno (ESRCH: the process has ended).</summary>
    public int Send(int signal) =>
        (_pidFd != null ? Signals.PidFdSendSignal(_pidFd.Fd, signal) : Signals.Kill(Pid, signal)) == 0 ? 0 : Errno.Last;

    public void Dispose() => _pidFd?.Dispose();
}

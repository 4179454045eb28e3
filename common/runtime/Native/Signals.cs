using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>signal(7): sent to processes, and what this one does on them.</summary>
public static unsafe partial class Signals
{
    public const int SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14,
        SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGXFSZ = 25;
    private const int SysPidFdSendSignal = 424;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    /// <summary>Sends a signal to the process behind a descriptor of pidfd_open(2), and to no other.</summary>
    public static int PidFdSendSignal(int pidFd, int signal) => (int)SystemCall.Invoke(SysPidFdSendSignal, pidFd, signal, 0, 0);

    /// <summary>Signals the process group that a process leads, by pidfd (Linux 6.9); false where that is not to be had.</summary>
    internal static bool PidFdSignalGroup(int pidFd, int signal)
    {
        const int processGroup = 4;
        return SystemCall.Invoke(SysPidFdSendSignal, pidFd, signal, 0, processGroup) == 0;
    }

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint SignalRaw(int signal, nint handler);

    /// <summary>
    /// Puts the signals that a program acts on back to their defaults, before <see cref="Processes.Exec"/>: what is ignored stays ignored
    /// in the new program (a shell starts background commands with INT and QUIT ignored, .NET ignores PIPE).
    /// </summary>
    public static void Reset()
    {
        foreach (int signal in (ReadOnlySpan<int>)[SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT])
            _ = SignalRaw(signal, 0);
    }

    /// <summary>Children of this process that end stay to be waited for, whatever the caller of the program had set.</summary>
    public static void KeepEndedChildren() => _ = SignalRaw(SIGCHLD, 0);
}

using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>The end of children.</summary>
public static unsafe partial class Processes
{
    public const int WNOHANG = 1, WNOWAIT = 0x01000000;

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPidRaw(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitIdRaw(int kind, uint id, byte* info, int options);

    /// <summary>waitpid(2): the pid that ended, 0 (WNOHANG: none yet) or -1.</summary>
    public static int WaitPid(int pid, out int status, int options)
    {
        int s = 0;
        int result = WaitPidRaw(pid, &s, options);
        status = s;
        return result;
    }

    /// <summary>Exit code of a wait status, or -1 when a signal ended the process.</summary>
    public static int ExitCode(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : -1;

    /// <summary>The signal that ended the process, or 0.</summary>
    public static int ExitSignal(int status) => (status & 0x7f) is var s && s != 0 ? s : 0;

    /// <summary>A descriptor that becomes readable when a process ends (Linux 5.3), or -1.</summary>
    public static int PidFdOpen(int pid)
    {
        const int sysPidFdOpen = 434;
        return (int)SystemCall.Invoke(sysPidFdOpen, pid, 0, 0);
    }

    /// <summary>
    /// Waits for a child by its pidfd, or by its pid where there is none: 1 with a wait status as waitpid(2) gives it, 0 (WNOHANG: it
    /// runs), -1 with errno set.
    /// </summary>
    internal static int WaitChild(int pidFd, int pid, int options, out int status)
    {
        const int byPid = 1, byPidFd = 3, exited = 4, infoSize = 128;
        const int endedByExit = 1, dumped = 3; // CLD_EXITED; CLD_KILLED and CLD_DUMPED say a signal
        byte* info = stackalloc byte[infoSize];
        new Span<byte>(info, infoSize).Clear();
        status = 0;
        // siginfo_t of 64-bit Linux: si_signo 0, si_errno 4, si_code 8, si_pid 16, si_uid 20, si_status 24
        if (WaitIdRaw(pidFd >= 0 ? byPidFd : byPid, (uint)(pidFd >= 0 ? pidFd : pid), info, options | exited) != 0) return -1;
        int code = *(int*)(info + 8);
        // behind them: it has stopped, as a child does that makes this process its tracer
        if (*(int*)(info + 16) == 0 || code is < endedByExit or > dumped) return 0;
        int value = *(int*)(info + 24);
        status = code == endedByExit ? (value & 0xff) << 8 : value & 0x7f;
        return 1;
    }

    /// <summary>Waits until a child has ended and leaves it to be reaped; 0, or errno (ECHILD: there is no child).</summary>
    public static int WaitForAnyChild()
    {
        const int all = 0, exited = 4; // P_ALL, WEXITED
        byte* info = stackalloc byte[128]; // siginfo_t
        while (WaitIdRaw(all, 0, info, exited | WNOWAIT) != 0)
            if (Errno.Last != Errno.EINTR) return Errno.Last;
        return 0;
    }
}

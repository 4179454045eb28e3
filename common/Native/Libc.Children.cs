using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Children by pidfd, and what the program that starts commands needs.</summary>
public static unsafe partial class Libc
{
    private const int SysPidFdSendSignal = 424;
    public const int WNOWAIT = 0x01000000;

    [LibraryImport(Lib, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitIdRaw(int kind, uint id, byte* info, int options);

    /// <summary>A descriptor that becomes readable when a process ends (Linux 5.3), or -1.</summary>
    public static int PidFdOpen(int pid)
    {
        const int sysPidFdOpen = 434;
        return (int)Syscall(sysPidFdOpen, pid, 0, 0);
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

    /// <summary>Signals the process group that a process leads, by pidfd (Linux 6.9); false where that is not to be had.</summary>
    internal static bool PidFdSignalGroup(int pidFd, int signal)
    {
        const int processGroup = 4;
        return Syscall(SysPidFdSendSignal, pidFd, signal, 0, processGroup) == 0;
    }

    [LibraryImport(Lib, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d);

    /// <summary>Sends a signal to the process behind a descriptor of pidfd_open(2), and to no other.</summary>
    public static int PidFdSendSignal(int pidFd, int signal) => (int)Syscall(SysPidFdSendSignal, pidFd, signal, 0, 0);

    /// <summary>Waits until a child has ended and leaves it to be reaped; 0, or errno (ECHILD: there is no child).</summary>
    public static int WaitForAnyChild()
    {
        const int all = 0, exited = 4, leave = 0x01000000; // P_ALL, WEXITED, WNOWAIT
        byte* info = stackalloc byte[128]; // siginfo_t
        while (WaitIdRaw(all, 0, info, exited | leave) != 0)
            if (Errno != EINTR) return Errno;
        return 0;
    }

    /// <summary>Children of this process that end stay to be waited for, whatever the caller of the program had set.</summary>
    public static void KeepEndedChildren() => _ = SignalRaw(SIGCHLD, 0);

    [LibraryImport(Lib, EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroupsRaw(nuint count, uint* groups);

    [LibraryImport(Lib, EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetResGid(uint real, uint effective, uint saved);

    [LibraryImport(Lib, EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetResUid(uint real, uint effective, uint saved);

    /// <summary>
    /// Turns the whole process, every thread of it, into a user for good: supplementary groups, then gid, then uid. False with errno set.
    /// </summary>
    public static bool BecomeUser(uint uid, uint gid, ReadOnlySpan<uint> groups)
    {
        fixed (uint* p = groups)
        {
            if (SetGroupsRaw((nuint)groups.Length, p) != 0) return false;
        }
        return SetResGid(gid, gid, gid) == 0 && SetResUid(uid, uid, uid) == 0;
    }

    /// <summary>Closes every descriptor from this one upwards at the next exec.</summary>
    public static void CloseOnExecFrom(int first)
    {
        const int sysCloseRange = 436, closeOnExec = 4;
        if (Syscall(sysCloseRange, first, int.MaxValue, closeOnExec) == 0) return;
        const int enough = 1024; // a kernel before 5.11; nothing of this process has higher numbers
        for (int fd = first; fd < enough; fd++) _ = Fcntl(fd, F_SETFD, FD_CLOEXEC);
    }

    /// <summary>
    /// Limits the size of files that this process may write, in bytes, for good; -1 with errno set when it may not be limited.
    /// </summary>
    public static int LimitOwnFileSize(long bytes)
    {
        RLimit limit = new() { Current = (ulong)bytes, Max = (ulong)bytes };
        return SetRLimit(RLIMIT_FSIZE, &limit);
    }

    private const int RLIMIT_FSIZE = 1;

    /// <summary>The first executable file of that name in the folders of a search path ("/usr/bin:/bin"), or the name itself.</summary>
    public static string FindProgram(string name, string searchPath)
    {
        const uint anyExecute = 0x49; // 0111
        if (name.Contains('/')) return name;
        foreach (string folder in searchPath.Split(':'))
        {
            string path = $"{folder}/{name}";
            if (TryStat(path, out FileStatus status) && status.IsRegular && (status.Permissions & anyExecute) != 0) return path;
        }
        // a name without a folder would be looked for in the working folder
        return $"{searchPath.Split(':')[0]}/{name}";
    }
}

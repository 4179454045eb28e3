using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    private const int SysPidFdSendSignal = 424;

    [LibraryImport(Lib, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport(Lib, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitIdRaw(int type, uint id, byte* info, int options);

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
}

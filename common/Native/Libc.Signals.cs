using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "signal", SetLastError = true)]
    private static partial nint SignalRaw(int signal, nint handler);

    /// <summary>
    /// Puts the signals that a program acts on back to their defaults, before <see cref="Exec"/>: what is ignored stays ignored in the new
    /// program (a shell starts background commands with INT and QUIT ignored, .NET ignores PIPE).
    /// </summary>
    public static void ResetSignals()
    {
        foreach (int signal in (ReadOnlySpan<int>)[SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT])
            _ = SignalRaw(signal, 0);
    }
}

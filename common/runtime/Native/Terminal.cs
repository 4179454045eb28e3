using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>Terminals (termios(3)).</summary>
public static unsafe partial class Terminal
{
    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsATty(int fd);

    // struct termios of glibc: four flags of 32 bits, the line discipline, 32 control characters, two speeds
    private const int TermiosSize = 60, LocalFlagsAt = 12, EchoFlag = 8, TcsaFlush = 2;

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int TcGetAttr(int fd, byte* attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int TcSetAttr(int fd, int when, byte* attributes);

    /// <summary>Shows what is typed on a terminal, or not; false when it is none.</summary>
    public static bool TrySetEcho(int fd, bool on)
    {
        byte* attributes = stackalloc byte[TermiosSize + 64];
        if (TcGetAttr(fd, attributes) != 0) return false;
        uint* flags = (uint*)(attributes + LocalFlagsAt);
        *flags = on ? *flags | EchoFlag : *flags & ~(uint)EchoFlag;
        return TcSetAttr(fd, TcsaFlush, attributes) == 0;
    }
}

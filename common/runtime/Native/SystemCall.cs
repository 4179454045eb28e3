using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>syscall(2): what the C library has no function for, or none for one thread.</summary>
internal static unsafe partial class SystemCall
{
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Invoke(nint number, nint a, nint b, nint c);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Invoke(nint number, nint a, nint b, nint c, nint d);
}

using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>getrandom(2).</summary>
public static unsafe partial class KernelRandom
{
    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(ref byte buffer, nint length, uint flags);

    /// <summary>
    /// Bytes nobody can guess, from the kernel. The class library's generator would load OpenSSL: 4 MiB for a process that needs nothing
    /// else of it.
    /// </summary>
    public static void Fill(Span<byte> target)
    {
        while (target.Length > 0)
        {
            nint n = GetRandom(ref MemoryMarshal.GetReference(target), Math.Min(target.Length, 256), 0);
            if (n > 0) target = target[(int)n..];
            else if (Errno.Last != Errno.EINTR) throw new PlatformNotSupportedException($"getrandom: {Errno.Text()}");
        }
    }
}

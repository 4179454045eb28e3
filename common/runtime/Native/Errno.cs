using System.Runtime.InteropServices;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace MtaSuite.Common.Native;

/// <summary>
/// errno(3): why the last call of the C library failed, by the numbers of Linux on 64 bits (asm-generic). A negative result of a call means
/// failure, and <see cref="Last"/> says why. Calls on files begin again when a signal interrupts them (EINTR), which happens on network and
/// user-space file systems; sockets, pipes and waits report it. In this folder the C library (Linux on 64 bits, glibc 2.34 or newer) is
/// imported as blittable calls, one type for each subject of its manual; callers outside use spans, and pointers stay in here.
/// </summary>
public static class Errno
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, EBADF = 9, ECHILD = 10, EAGAIN = 11, ENOMEM = 12,
        EACCES = 13, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, EFBIG = 27,
        ENOSPC = 28, ESPIPE = 29, EROFS = 30, EMLINK = 31, EPIPE = 32, ERANGE = 34, EDEADLK = 35, ENAMETOOLONG = 36, ENOTEMPTY = 39,
        ELOOP = 40, EPROTO = 71, ENOTSOCK = 88, EADDRINUSE = 98, EADDRNOTAVAIL = 99, ENETUNREACH = 101, ECONNABORTED = 103,
        ECONNRESET = 104, ENOBUFS = 105, ENOTCONN = 107, ETIMEDOUT = 110, ECONNREFUSED = 111, EHOSTUNREACH = 113, EINPROGRESS = 115,
        ESTALE = 116, EDQUOT = 122;

    /// <summary>errno of the last failed call on this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The text of an errno value, as strerror(3) gives it.</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>The text of <see cref="Last"/>.</summary>
    public static string Text() => Marshal.GetPInvokeErrorMessage(Last);

    /// <summary>A call failed because a signal came: it can be made again.</summary>
    internal static bool Interrupted(nint result) => result < 0 && Last == EINTR;
}

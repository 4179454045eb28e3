using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>struct epoll_event is packed on x86-64 (12 bytes).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct EpollEvent
{
    public uint Events;
    public ulong Data;
}

/// <summary>epoll(7), and eventfd(2), which wakes whoever waits.</summary>
public static unsafe partial class Epoll
{
    public const uint EPOLLIN = 1, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 0x10, EPOLLRDHUP = 0x2000, EPOLLEXCLUSIVE = 1u << 28,
        EPOLLET = 1u << 31;
    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlRaw(int epoll, int operation, int fd, byte* ev);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitRaw(int epoll, byte* events, int max, int timeout);

    public static int Control(int epoll, int operation, int fd, uint events, ulong data)
    {
        EpollEvent ev = new() { Events = events, Data = data };
        return ControlRaw(epoll, operation, fd, (byte*)&ev);
    }

    /// <summary>Waits at most <paramref name="timeout"/> milliseconds (-1: for ever); how many events came, -1 on failure.</summary>
    public static int Wait(int epoll, Span<EpollEvent> events, int timeout)
    {
        fixed (EpollEvent* p = events) return WaitRaw(epoll, (byte*)p, events.Length, timeout);
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);
}

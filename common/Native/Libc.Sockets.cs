using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(Lib, EntryPoint = "bind", SetLastError = true)]
    private static partial int BindRaw(int fd, byte* address, uint length);

    [LibraryImport(Lib, EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectRaw(int fd, byte* address, uint length);

    [LibraryImport(Lib, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport(Lib, EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Lib, EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSockNameRaw(int fd, byte* address, uint* length);

    [LibraryImport(Lib, EntryPoint = "getpeername", SetLastError = true)]
    private static partial int GetPeerNameRaw(int fd, byte* address, uint* length);

    [LibraryImport(Lib, EntryPoint = "recv", SetLastError = true)]
    private static partial nint RecvRaw(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Lib, EntryPoint = "send", SetLastError = true)]
    private static partial nint SendRaw(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Lib, EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendToRaw(int fd, byte* buffer, nuint count, int flags, byte* address, uint length);

    [LibraryImport(Lib, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int fd, int how);

    [LibraryImport(Lib, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPairRaw(int domain, int type, int protocol, int* pair);

    [LibraryImport(Lib, EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSockOptRaw(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Lib, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOptRaw(int fd, int level, int name, void* value, uint length);

    /// <summary>recv(2): bytes, 0 at the end, -1 on failure (EAGAIN where nothing is there).</summary>
    public static int Recv(int fd, Span<byte> buffer, int flags = 0)
    {
        fixed (byte* p = buffer) return (int)RecvRaw(fd, p, (nuint)buffer.Length, flags);
    }

    /// <summary>send(2) without SIGPIPE: bytes taken, -1 on failure.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> data, int flags = 0)
    {
        fixed (byte* p = data) return (int)SendRaw(fd, p, (nuint)data.Length, flags | MSG_NOSIGNAL);
    }

    /// <summary>A datagram to a Unix socket path ('@' first: the abstract namespace).</summary>
    public static int SendToUnix(int fd, ReadOnlySpan<byte> data, string path, int flags = 0)
    {
        byte* address = stackalloc byte[110];
        uint length = UnixAddress(path, address);
        if (length == 0) return -1;
        fixed (byte* p = data) return (int)SendToRaw(fd, p, (nuint)data.Length, flags | MSG_NOSIGNAL, address, length);
    }

    /// <summary>A pair of connected Unix stream sockets, closed on exec.</summary>
    public static bool TrySocketPair(out int a, out int b)
    {
        int* pair = stackalloc int[2];
        bool ok = SocketPairRaw(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
        a = ok ? pair[0] : -1;
        b = ok ? pair[1] : -1;
        return ok;
    }

    /// <summary>getsockopt(2) of an int; -1 when it fails.</summary>
    public static int GetSocketOption(int fd, int level, int name)
    {
        int value;
        uint length = 4;
        return GetSockOptRaw(fd, level, name, &value, &length) == 0 ? value : -1;
    }

    public static int SetSocketOption(int fd, int level, int name, int value) => SetSockOptRaw(fd, level, name, &value, 4);

    /// <summary>Close with a reset instead of an orderly end (SO_LINGER 0).</summary>
    public static void SetAbortiveClose(int fd)
    {
        int* linger = stackalloc int[2] { 1, 0 };
        _ = SetSockOptRaw(fd, SOL_SOCKET, SO_LINGER, linger, 8);
    }

    /// <summary>Who is on the other end of a Unix stream socket (SO_PEERCRED); false on failure.</summary>
    public static bool TryPeerCredentials(int fd, out int pid, out uint uid, out uint gid)
    {
        int* credentials = stackalloc int[3];
        uint length = 12;
        bool ok = GetSockOptRaw(fd, SOL_SOCKET, SO_PEERCRED, credentials, &length) == 0;
        pid = ok ? credentials[0] : -1;
        uid = ok ? (uint)credentials[1] : uint.MaxValue;
        gid = ok ? (uint)credentials[2] : uint.MaxValue;
        return ok;
    }

    /// <summary>Accepts one connection, non-blocking and closed on exec; the peer is null for a Unix socket. -1 on failure.</summary>
    public static int Accept(int listener, out IPEndPoint? peer)
    {
        byte* address = stackalloc byte[128];
        uint length = 128;
        int fd = Accept4(listener, address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        peer = fd >= 0 ? ParseAddress(address) : null;
        return fd;
    }

    /// <summary>The local address of an internet socket; null for others.</summary>
    public static IPEndPoint? LocalEndPoint(int fd)
    {
        byte* address = stackalloc byte[128];
        uint length = 128;
        return GetSockNameRaw(fd, address, &length) == 0 ? ParseAddress(address) : null;
    }

    /// <summary>The remote address of an internet socket; null for others.</summary>
    public static IPEndPoint? RemoteEndPoint(int fd)
    {
        byte* address = stackalloc byte[128];
        uint length = 128;
        return GetPeerNameRaw(fd, address, &length) == 0 ? ParseAddress(address) : null;
    }

    public static int Bind(int fd, IPEndPoint endPoint)
    {
        byte* address = stackalloc byte[28];
        return BindRaw(fd, address, InternetAddress(endPoint, address));
    }

    public static int Connect(int fd, IPEndPoint endPoint)
    {
        byte* address = stackalloc byte[28];
        return ConnectRaw(fd, address, InternetAddress(endPoint, address));
    }

    /// <summary>Binds a Unix socket to a path; ENAMETOOLONG above 107 bytes.</summary>
    public static int BindUnix(int fd, string path)
    {
        byte* address = stackalloc byte[110];
        uint length = UnixAddress(path, address);
        return length == 0 ? -1 : BindRaw(fd, address, length);
    }

    /// <summary>Connects a Unix socket to a path; ENAMETOOLONG above 107 bytes.</summary>
    public static int ConnectUnix(int fd, string path)
    {
        byte* address = stackalloc byte[110];
        uint length = UnixAddress(path, address);
        return length == 0 ? -1 : ConnectRaw(fd, address, length);
    }

    private static uint UnixAddress(string path, byte* address)
    {
        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes is 0 or > 107)
        {
            Marshal.SetLastPInvokeError(ENAMETOOLONG);
            return 0;
        }
        *(ushort*)address = AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, bytes));
        bool isAbstract = address[2] == (byte)'@';
        if (isAbstract) address[2] = 0;
        address[2 + bytes] = 0;
        return (uint)(2 + bytes + (isAbstract ? 0 : 1));
    }

    private static uint InternetAddress(IPEndPoint endPoint, byte* address)
    {
        bool v6 = endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        new Span<byte>(address, 28).Clear();
        *(ushort*)address = (ushort)(v6 ? AF_INET6 : AF_INET);
        address[2] = (byte)(endPoint.Port >> 8);
        address[3] = (byte)endPoint.Port;
        endPoint.Address.TryWriteBytes(new Span<byte>(address + (v6 ? 8 : 4), v6 ? 16 : 4), out _);
        if (v6) *(uint*)(address + 24) = (uint)endPoint.Address.ScopeId;
        return v6 ? 28u : 16u;
    }

    private static IPEndPoint? ParseAddress(byte* address)
    {
        int port = (address[2] << 8) | address[3];
        return *(ushort*)address switch
        {
            AF_INET => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 4, 4)), port),
            AF_INET6 => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 8, 16), *(uint*)(address + 24)), port),
            _ => null,
        };
    }

    // ---- readiness -------------------------------------------------------------------------------------------------

    [LibraryImport(Lib, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Lib, EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollCtlRaw(int epoll, int operation, int fd, byte* ev);

    [LibraryImport(Lib, EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWaitRaw(int epoll, byte* events, int max, int timeout);

    /// <summary>struct epoll_event is packed on x86-64 (12 bytes).</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct EpollEvent
    {
        public uint Events;
        public ulong Data;
    }

    public static int EpollCtl(int epoll, int operation, int fd, uint events, ulong data)
    {
        EpollEvent ev = new() { Events = events, Data = data };
        return EpollCtlRaw(epoll, operation, fd, (byte*)&ev);
    }

    /// <summary>Waits at most <paramref name="timeout"/> milliseconds (-1: for ever); how many events came, -1 on failure.</summary>
    public static int EpollWait(int epoll, Span<EpollEvent> events, int timeout)
    {
        fixed (EpollEvent* p = events) return EpollWaitRaw(epoll, (byte*)p, events.Length, timeout);
    }

    [LibraryImport(Lib, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport(Lib, EntryPoint = "poll", SetLastError = true)]
    private static partial int PollRaw(PollEntry* entries, nuint count, int timeout);

    /// <summary>
    /// Waits until one descriptor is ready for <paramref name="events"/>; true when it is, false at the time-out or on failure.
    /// </summary>
    public static bool PollOne(int fd, short events, int timeoutMilliseconds)
    {
        PollEntry entry = new() { Fd = fd, Events = events };
        return PollRaw(&entry, 1, timeoutMilliseconds) > 0;
    }
}

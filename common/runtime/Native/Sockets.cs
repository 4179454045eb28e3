using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>socket(7): sockets are made, listen and end; their options.</summary>
public static unsafe partial class Sockets
{
    public const int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
    public const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_SNDBUF = 7, SO_RCVBUF = 8, SO_KEEPALIVE = 9,
        SO_LINGER = 13, SO_REUSEPORT = 15, SO_PASSCRED = 16, SO_PEERCRED = 17, SO_ACCEPTCONN = 30, SO_DOMAIN = 39;
    public const int IPPROTO_TCP = 6, TCP_NODELAY = 1, TCP_QUICKACK = 12, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26;
    public const int SHUT_WR = 1, SHUT_RDWR = 2;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Create(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int fd, int how);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPairRaw(int domain, int type, int protocol, int* pair);

    /// <summary>A pair of connected Unix stream sockets, closed on exec.</summary>
    public static bool TrySocketPair(out int a, out int b)
    {
        int* pair = stackalloc int[2];
        bool ok = SocketPairRaw(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
        a = ok ? pair[0] : -1;
        b = ok ? pair[1] : -1;
        return ok;
    }

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSockOptRaw(int fd, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOptRaw(int fd, int level, int name, void* value, uint length);

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
}

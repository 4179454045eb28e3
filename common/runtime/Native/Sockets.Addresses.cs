using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace MtaSuite.Common.Native;

/// <summary>Addresses of sockets: ip(7), ipv6(7) and unix(7).</summary>
public static unsafe partial class Sockets
{
    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindRaw(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectRaw(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSockNameRaw(int fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    private static partial int GetPeerNameRaw(int fd, byte* address, uint* length);

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
            Marshal.SetLastPInvokeError(Errno.ENAMETOOLONG);
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
}

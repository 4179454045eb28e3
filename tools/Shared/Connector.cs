using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tools.Shared;

/// <summary>Connects on an event loop.</summary>
internal sealed class Connector : IReadiness
{
    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly Promise<int> _result = new();

    private Connector(EventLoop loop, int fd) => (_loop, _fd) = (loop, fd);

    /// <summary>A connection to the first address that answers; null, with errno of the last one, when none does.</summary>
    public static async ValueTask<(Connection? Connection, int Error)> ConnectAsync(EventLoop loop, PeerEndPoint place, int windowSize)
    {
        int error = 0;
        for (int i = 0; i < (place.IsUnix ? 1 : place.Addresses.Length); i++)
        {
            IPEndPoint? address = place.IsUnix ? null : place.Addresses[i];
            int domain = address == null ? Libc.AF_UNIX : address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;
            int fd = Libc.Socket(domain, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
            if (fd < 0) return (null, Libc.Errno);
            if (address != null) Libc.SetSocketOption(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
            PeerEndPoint.SetWindow(fd, windowSize);
            error = (address == null ? Libc.ConnectUnix(fd, place.Path) : Libc.Connect(fd, address)) == 0 ? 0 : Libc.Errno;
            if (error == Libc.EINPROGRESS)
            {
                Connector pending = new(loop, fd);
                error = loop.Watch(fd, Libc.EPOLLOUT, pending) ? await pending._result : Libc.Errno;
            }
            if (error == 0) return (new Connection(loop, fd, address), 0);
            _ = Libc.Close(fd);
        }
        return (null, error);
    }

    void IReadiness.OnReady(uint events)
    {
        _loop.Unwatch(_fd);
        _result.TrySet(Libc.GetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_ERROR));
    }
}

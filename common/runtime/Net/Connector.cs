using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>How a connection attempt ended: a connected non-blocking socket, which is the caller's, or errno.</summary>
public readonly record struct ConnectResult(FileDescriptor? Socket, int Error)
{
    public bool IsConnected => Socket != null;

    public static ConnectResult Failed(int error) => new(null, error);

    /// <summary>Hands the socket to a <see cref="Connection"/>, which closes it.</summary>
    public int Release() => Socket?.Release() ?? -1;
}

/// <summary>Connects stream sockets without blocking the loop.</summary>
public sealed class Connector : IReadiness
{
    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly Promise<ConnectResult> _result = new();
    private LoopTimer? _timer;

    private Connector(EventLoop loop, FileDescriptor socket) => (_loop, _socket) = (loop, socket);

    /// <summary>Connects to an internet address.</summary>
    /// <param name="bind">The own address to use; a failure to bind is told as its errno.</param>
    /// <param name="timeout">Zero: as long as the system tries. Past it the result is ETIMEDOUT.</param>
    public static Promise<ConnectResult> Connect(EventLoop loop, IPEndPoint remote, IPAddress? bind, TimeSpan timeout)
    {
        bool v6 = remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        const int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK;
        FileDescriptor? socket = FileDescriptor.TrySocket(v6 ? Sockets.AF_INET6 : Sockets.AF_INET, type);
        if (socket == null) return Done(ConnectResult.Failed(Errno.Last));
        _ = Sockets.SetSocketOption(socket.Fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
        TcpWindow.Apply(socket.Fd);
        if (bind != null && Sockets.Bind(socket.Fd, new IPEndPoint(bind, 0)) != 0) return Fail(socket, Errno.Last);
        return Sockets.Connect(socket.Fd, remote) == 0 ? Done(new ConnectResult(socket, 0)) : Wait(loop, socket, Errno.Last, timeout);
    }

    /// <summary>Connects to a Unix socket; while the service's backlog is full, again until the timeout.</summary>
    /// <param name="timeout">Zero: no second attempt. Past it the result is EAGAIN.</param>
    public static Promise<ConnectResult> ConnectUnix(EventLoop loop, string path, TimeSpan timeout)
    {
        FileDescriptor? socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK);
        if (socket == null) return Done(ConnectResult.Failed(Errno.Last));
        int error = Sockets.ConnectUnix(socket.Fd, path) == 0 ? 0 : Errno.Last;
        if (error == 0) return Done(new ConnectResult(socket, 0));
        if (error != Errno.EAGAIN || timeout <= TimeSpan.Zero) return Fail(socket, error);
        Promise<ConnectResult> result = new();
        Backlog.Await(loop, () => socket.Fd, path, timeout, outcome =>
        {
            if (outcome != 0) socket.Dispose();
            result.TrySet(outcome == 0 ? new ConnectResult(socket, 0) : ConnectResult.Failed(outcome));
        });
        return result;
    }

    private static Promise<ConnectResult> Wait(EventLoop loop, FileDescriptor socket, int error, TimeSpan timeout)
    {
        if (error != Errno.EINPROGRESS) return Fail(socket, error);
        Connector connector = new(loop, socket);
        if (!loop.Watch(socket.Fd, Epoll.EPOLLOUT, connector)) return Fail(socket, Errno.Last);
        if (timeout > TimeSpan.Zero) connector._timer = loop.After(timeout, connector.OnTimeout);
        return connector._result;
    }

    private static Promise<ConnectResult> Fail(FileDescriptor socket, int error)
    {
        socket.Dispose();
        return Done(ConnectResult.Failed(error));
    }

    private static Promise<ConnectResult> Done(ConnectResult result)
    {
        Promise<ConnectResult> promise = new();
        promise.TrySet(result);
        return promise;
    }

    void IReadiness.OnReady(uint events)
    {
        int error = Sockets.GetSocketOption(_socket.Fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
        Finish(error < 0 ? Errno.Last : error);
    }

    private void OnTimeout() => Finish(Errno.ETIMEDOUT);

    private void Finish(int error)
    {
        _timer?.Cancel();
        _loop.Unwatch(_socket.Fd);
        if (error != 0) _socket.Dispose();
        _result.TrySet(error == 0 ? new ConnectResult(_socket, 0) : ConnectResult.Failed(error));
    }
}

using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>How a connection attempt ended: a connected non-blocking descriptor that the caller owns, or errno.</summary>
public readonly record struct ConnectResult(int Descriptor, int Error)
{
    public bool IsConnected => Descriptor >= 0;

    public static ConnectResult Failed(int error) => new(-1, error);
}

/// <summary>Connects stream sockets without blocking the loop.</summary>
public sealed class Connector : IReadiness
{
    private readonly EventLoop _loop;
    private readonly int _fd;
    private readonly Promise<ConnectResult> _result = new();
    private LoopTimer? _timer;

    private Connector(EventLoop loop, int fd) => (_loop, _fd) = (loop, fd);

    /// <summary>Connects to an internet address.</summary>
    /// <param name="bind">The own address to use; a failure to bind is told as its errno.</param>
    /// <param name="timeout">Zero: as long as the system tries. Past it the result is ETIMEDOUT.</param>
    public static Promise<ConnectResult> Connect(EventLoop loop, IPEndPoint remote, IPAddress? bind, TimeSpan timeout)
    {
        bool v6 = remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int fd = Libc.Socket(v6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return Done(ConnectResult.Failed(Libc.Errno));
        _ = Libc.SetSocketOption(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);
        TcpWindow.Apply(fd);
        if (bind != null && Libc.Bind(fd, new IPEndPoint(bind, 0)) != 0) return Fail(fd, Libc.Errno);
        return Libc.Connect(fd, remote) == 0 ? Done(new ConnectResult(fd, 0)) : Wait(loop, fd, Libc.Errno, timeout);
    }

    /// <summary>Connects to a Unix socket; while the service's backlog is full, again until the timeout.</summary>
    /// <param name="timeout">Zero: no second attempt. Past it the result is EAGAIN.</param>
    public static Promise<ConnectResult> ConnectUnix(EventLoop loop, string path, TimeSpan timeout)
    {
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) return Done(ConnectResult.Failed(Libc.Errno));
        int error = Libc.ConnectUnix(fd, path) == 0 ? 0 : Libc.Errno;
        if (error == 0) return Done(new ConnectResult(fd, 0));
        if (error != Libc.EAGAIN || timeout <= TimeSpan.Zero) return Fail(fd, error);
        Promise<ConnectResult> result = new();
        Backlog.Await(loop, () => fd, path, timeout, outcome =>
        {
            if (outcome != 0) _ = Libc.Close(fd);
            result.TrySet(outcome == 0 ? new ConnectResult(fd, 0) : ConnectResult.Failed(outcome));
        });
        return result;
    }

    private static Promise<ConnectResult> Wait(EventLoop loop, int fd, int error, TimeSpan timeout)
    {
        if (error != Libc.EINPROGRESS) return Fail(fd, error);
        Connector connector = new(loop, fd);
        if (!loop.Watch(fd, Libc.EPOLLOUT, connector)) return Fail(fd, Libc.Errno);
        if (timeout > TimeSpan.Zero) connector._timer = loop.After(timeout, connector.OnTimeout);
        return connector._result;
    }

    private static Promise<ConnectResult> Fail(int fd, int error)
    {
        _ = Libc.Close(fd);
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
        int error = Libc.GetSocketOption(_fd, Libc.SOL_SOCKET, Libc.SO_ERROR);
        Finish(error < 0 ? Libc.Errno : error);
    }

    private void OnTimeout() => Finish(Libc.ETIMEDOUT);

    private void Finish(int error)
    {
        _timer?.Cancel();
        _loop.Unwatch(_fd);
        if (error != 0) _ = Libc.Close(_fd);
        _result.TrySet(error == 0 ? new ConnectResult(_fd, 0) : ConnectResult.Failed(error));
    }
}

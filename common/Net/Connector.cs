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
        int fd = Sockets.Create(v6 ? Sockets.AF_INET6 : Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC,
            0);
        if (fd < 0) return Done(ConnectResult.Failed(Errno.Last));
        _ = Sockets.SetSocketOption(fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
        TcpWindow.Apply(fd);
        if (bind != null && Sockets.Bind(fd, new IPEndPoint(bind, 0)) != 0) return Fail(fd, Errno.Last);
        return Sockets.Connect(fd, remote) == 0 ? Done(new ConnectResult(fd, 0)) : Wait(loop, fd, Errno.Last, timeout);
    }

    private static readonly TimeSpan BacklogRetry = TimeSpan.FromMilliseconds(10);

    /// <summary>Connects to a Unix socket; while the service's backlog is full, again until the timeout.</summary>
    /// <param name="timeout">Zero: no second attempt. Past it the result is EAGAIN.</param>
    public static Promise<ConnectResult> ConnectUnix(EventLoop loop, string path, TimeSpan timeout)
    {
        int fd = Sockets.Create(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC, 0);
        if (fd < 0) return Done(ConnectResult.Failed(Errno.Last));
        Promise<ConnectResult> result = new();
        ConnectUnix(loop, fd, path, loop.NowMilliseconds + (long)timeout.TotalMilliseconds, result);
        return result;
    }

    private static void ConnectUnix(EventLoop loop, int fd, string path, long until, Promise<ConnectResult> result)
    {
        int error = Sockets.ConnectUnix(fd, path) == 0 ? 0 : Errno.Last;
        if (error == Errno.EAGAIN && loop.NowMilliseconds < until)
        {
            loop.After(BacklogRetry, () => ConnectUnix(loop, fd, path, until, result));
            return;
        }
        if (error != 0) _ = FileIO.Close(fd);
        result.TrySet(error == 0 ? new ConnectResult(fd, 0) : ConnectResult.Failed(error));
    }

    private static Promise<ConnectResult> Wait(EventLoop loop, int fd, int error, TimeSpan timeout)
    {
        if (error != Errno.EINPROGRESS) return Fail(fd, error);
        Connector connector = new(loop, fd);
        if (!loop.Watch(fd, Epoll.EPOLLOUT, connector)) return Fail(fd, Errno.Last);
        if (timeout > TimeSpan.Zero) connector._timer = loop.After(timeout, connector.OnTimeout);
        return connector._result;
    }

    private static Promise<ConnectResult> Fail(int fd, int error)
    {
        _ = FileIO.Close(fd);
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
        int error = Sockets.GetSocketOption(_fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
        Finish(error < 0 ? Errno.Last : error);
    }

    private void OnTimeout() => Finish(Errno.ETIMEDOUT);

    private void Finish(int error)
    {
        _timer?.Cancel();
        _loop.Unwatch(_fd);
        if (error != 0) _ = FileIO.Close(_fd);
        _result.TrySet(error == 0 ? new ConnectResult(_fd, 0) : ConnectResult.Failed(error));
    }
}

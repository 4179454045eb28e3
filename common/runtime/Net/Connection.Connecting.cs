using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

public sealed partial class Connection
{
    /// <summary>A service that takes nobody for so long is away.</summary>
    private static readonly TimeSpan BacklogTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Connects to a Unix socket. While the service's backlog is full the connection is made as if it were there: what is written waits
    /// until there is room, and it ends as other connections do, with <see cref="Error"/>, when there is none for 30 seconds. Null, with
    /// errno, when nobody listens.
    /// </summary>
    public static Connection? ToUnix(EventLoop loop, string path, out int error)
    {
        using FileDescriptor? socket = FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK);
        error = socket == null || Sockets.ConnectUnix(socket.Fd, path) != 0 ? Errno.Last : 0;
        if (error == 0) return new Connection(loop, socket!.Release());
        return socket != null && error == Errno.EAGAIN ? new Connection(loop, socket.Release(), path) : null;
    }

    private Connection(EventLoop loop, int fd, string path)
    {
        (Loop, _fd, _list) = (loop, fd, ConnectionList.Of(loop));
        _list.Add(this);
        _readable = _writable = false;
        Backlog.Await(loop, () => _fd, path, BacklogTimeout, Connected);
    }

    private void Connected(int error)
    {
        if (error == 0)
        {
            Watch();
            SendAgain();
            if (_fd >= 0) Receivable();
            return;
        }
        Error = error;
        CloseNow();
    }
}

using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Accepts on a listening socket that other processes may share. Owns its descriptor. A few connections for each wake-up, so that
/// processes that share the socket share the work.
/// </summary>
public sealed class Listener : IReadiness, IDisposable
{
    private const int AcceptsPerWake = 8;
    private readonly EventLoop _loop;
    private readonly Action<int, IPEndPoint?> _accepted;
    // a number and no FileDescriptor: this object owns the socket, and the loop's engine closes it
    private int _fd;
    private bool _watching;

    /// <param name="accepted">Gets the new descriptor (non-blocking, owned by the callee) and the peer's address, null for Unix
    /// sockets.</param>
    public Listener(EventLoop loop, int fd, Action<int, IPEndPoint?> accepted)
    {
        _loop = loop;
        _fd = fd;
        _accepted = accepted;
        _ = FileIO.Fcntl(fd, FileIO.F_SETFL, FileIO.Fcntl(fd, FileIO.F_GETFL, 0) | FileIO.O_NONBLOCK);
        _ = FileIO.Fcntl(fd, FileIO.F_SETFD, FileIO.FD_CLOEXEC);
        Local = Sockets.LocalEndPoint(fd);
        Resume();
    }

    /// <summary>Told, with errno, when a connection cannot be taken for want of descriptors or memory.</summary>
    public static Action<int>? Exhausted { get; set; }

    /// <summary>Where it listens; null for a Unix socket.</summary>
    public IPEndPoint? Local { get; }

    public void Resume()
    {
        if (_watching || _fd < 0) return;
        _watching = _loop.Watch(_fd, Epoll.EPOLLIN | Epoll.EPOLLEXCLUSIVE, this);
        if (!_watching) _loop.After(TimeSpan.FromSeconds(1), Resume);
    }

    /// <summary>Leaves new connections to the other processes, or in the backlog.</summary>
    public void Pause()
    {
        if (!_watching) return;
        _loop.Unwatch(_fd);
        _watching = false;
    }

    void IReadiness.OnReady(uint events)
    {
        for (int i = 0; i < AcceptsPerWake && _watching; i++)
        {
            int fd = _loop.Engine.Accept(_fd, out IPEndPoint? peer);
            if (fd >= 0)
            {
                _accepted(fd, peer);
                continue;
            }
            int error = Errno.Last;
            if (error is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS)
            {
                // out of descriptors: leave the rest in the backlog for a moment instead of spinning
                Pause();
                _loop.After(TimeSpan.FromSeconds(1), Resume);
                Exhausted?.Invoke(error);
            }
            if (error is not (Errno.ECONNABORTED or Errno.EINTR)) return;
        }
    }

    public void Dispose()
    {
        Pause();
        if (_fd >= 0) _loop.Engine.Close(_fd);
        _fd = -1;
    }
}

using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>The system's own calls: epoll(7), and an eventfd to be woken by.</summary>
internal sealed class EpollEngine : SocketEngine
{
    private readonly FileDescriptor _descriptor = new(Epoll.Create(Epoll.EPOLL_CLOEXEC));
    private readonly FileDescriptor _event = new(Epoll.EventFd(0, Epoll.EFD_NONBLOCK | Epoll.EFD_CLOEXEC));
    // read once: these are used in each turn of the loop
    private readonly int _epoll, _wake;
    private readonly byte[] _wakeCount = new byte[8];

    public EpollEngine()
    {
        (_epoll, _wake) = (_descriptor.Fd, _event.Fd);
        if (_epoll < 0 || _wake < 0) throw new InvalidOperationException($"event loop: {Errno.Text()}");
        _ = Epoll.Control(_epoll, Epoll.EPOLL_CTL_ADD, _wake, Epoll.EPOLLIN, WakeData);
    }

    /// <summary>Where a removal failed for want of memory the descriptor is still there: it changes hands.</summary>
    public override bool Watch(int fd, uint events, ulong data) => Epoll.Control(_epoll, Epoll.EPOLL_CTL_ADD, fd, events, data) == 0
        || (Errno.Last == Errno.EEXIST && Epoll.Control(_epoll, Epoll.EPOLL_CTL_MOD, fd, events, data) == 0);

    public override void Rewatch(int fd, uint events, ulong data) => _ = Epoll.Control(_epoll, Epoll.EPOLL_CTL_MOD, fd, events, data);

    public override void Unwatch(int fd) => _ = Epoll.Control(_epoll, Epoll.EPOLL_CTL_DEL, fd, 0, 0);

    public override int Wait(Span<EpollEvent> events, int milliseconds) => Epoll.Wait(_epoll, events, milliseconds);

    public override void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        while (FileIO.Write(_wake, one) < 0 && Errno.Last == Errno.EINTR) { }
    }

    public override void Woken() => _ = FileIO.Read(_wake, _wakeCount);

    public override int Receive(int fd, Span<byte> buffer) => Sockets.Recv(fd, buffer);

    public override void InputTaken(int fd) { }

    public override bool TellsOfEachInput => true;

    public override int Send(int fd, ReadOnlySpan<byte> data) => Sockets.Send(fd, data);

    public override int Accept(int listener, out IPEndPoint? peer) => Sockets.Accept(listener, out peer);

    // of a connection or a listener, which owns the socket and says so by this call
    public override void Close(int fd) => _ = FileIO.Close(fd);

    public override void Dispose()
    {
        _descriptor.Dispose();
        _event.Dispose();
    }
}

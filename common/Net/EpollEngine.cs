using System.Net;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>The system's own calls: epoll(7), and an eventfd to be woken by.</summary>
internal sealed class EpollEngine : SocketEngine
{
    private readonly int _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
    private readonly int _wake = Libc.EventFd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
    private readonly byte[] _wakeCount = new byte[8];

    public EpollEngine()
    {
        if (_epoll < 0 || _wake < 0) throw new InvalidOperationException($"event loop: {Libc.ErrorText()}");
        _ = Libc.EpollCtl(_epoll, Libc.EPOLL_CTL_ADD, _wake, Libc.EPOLLIN, WakeData);
    }

    public override bool Watch(int fd, uint events, ulong data) => Libc.EpollCtl(_epoll, Libc.EPOLL_CTL_ADD, fd, events, data) == 0;

    public override void Rewatch(int fd, uint events, ulong data) => _ = Libc.EpollCtl(_epoll, Libc.EPOLL_CTL_MOD, fd, events, data);

    public override void Unwatch(int fd) => _ = Libc.EpollCtl(_epoll, Libc.EPOLL_CTL_DEL, fd, 0, 0);

    public override int Wait(Span<Libc.EpollEvent> events, int milliseconds) => Libc.EpollWait(_epoll, events, milliseconds);

    public override void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        while (Libc.Write(_wake, one) < 0 && Libc.Errno == Libc.EINTR) { }
    }

    public override void Woken() => _ = Libc.Read(_wake, _wakeCount);

    public override int Receive(int fd, Span<byte> buffer) => Libc.Recv(fd, buffer);

    public override void InputTaken(int fd) { }

    public override bool TellsOfEachInput => true;

    public override int Send(int fd, ReadOnlySpan<byte> data) => Libc.Send(fd, data);

    public override int Accept(int listener, out IPEndPoint? peer) => Libc.Accept(listener, out peer);

    public override void Close(int fd) => _ = Libc.Close(fd);

    public override void Dispose()
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_wake);
    }
}

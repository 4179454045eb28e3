using System.Net;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// A question by UDP, from a socket of its own: the kernel chooses an unpredictable port (RFC 5452 9.2) and lets only the server's
/// datagrams through. Owns the socket.
/// </summary>
internal sealed class UdpExchange : IReadiness
{
    private const int MaxUnexpected = 10;
    private readonly EventLoop _loop;
    private readonly Question _question;
    private readonly byte[] _buffer;
    private readonly FileDescriptor? _socket;
    private readonly Promise<ExchangeResult> _promise = new();
    private LoopTimer? _timer;
    private int _unexpected;

    private UdpExchange(EventLoop loop, Question question, byte[] buffer, FileDescriptor? socket) =>
        (_loop, _question, _buffer, _socket) = (loop, question, buffer, socket);

    /// <param name="buffer">Room for a datagram, free to be used whenever no exchange is looking at one.</param>
    public static Promise<ExchangeResult> Run(EventLoop loop, IPEndPoint server, Question question, TimeSpan timeout, byte[] buffer)
    {
        int family = server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Sockets.AF_INET6 : Sockets.AF_INET;
        FileDescriptor? socket = FileDescriptor.TrySocket(family, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK);
        UdpExchange exchange = new(loop, question, buffer, socket);
        if (socket == null || Sockets.Connect(socket.Fd, server) < 0 || Sockets.Send(socket.Fd, question.Bytes) < 0
            || !loop.Watch(socket.Fd, Epoll.EPOLLIN, exchange))
        {
            socket?.Dispose();
            exchange._promise.TrySet(new ExchangeResult(ExchangeStatus.Unreachable));
        }
        else exchange._timer = loop.After(timeout, () => exchange.End(new ExchangeResult(ExchangeStatus.TimedOut)));
        return exchange._promise;
    }

    public void OnReady(uint events)
    {
        while (true)
        {
            int length = Sockets.Recv(_socket!.Fd, _buffer);
            if (length < 0)
            {
                if (Errno.Last == Errno.EINTR) continue;
                if (Errno.Last != Errno.EAGAIN) End(new ExchangeResult(ExchangeStatus.Unreachable));
                return;
            }
            ExchangeResult? result = _question.Match(_buffer.AsSpan(0, length));
            if (result is null && ++_unexpected >= MaxUnexpected) result = new ExchangeResult(ExchangeStatus.Suspicious);
            if (result is null) continue;
            End(result.Value);
            return;
        }
    }

    private void End(ExchangeResult result)
    {
        _timer?.Cancel();
        _loop.Unwatch(_socket!.Fd);
        _socket.Dispose();
        _promise.TrySet(result);
    }
}

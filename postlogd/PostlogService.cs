using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Postlogd;

/// <summary>Takes datagrams, one line each, and logs them. The sender's user is what the kernel says, not what the datagram says.</summary>
internal sealed class PostlogService : IService, IReadiness
{
    /// <summary>A longer line is cut, bytes.</summary>
    private const int MaxLine = 4096;
    private const int LinesPerWake = 64;
    private readonly EventLoop _loop;
    private readonly int[] _sockets;
    private readonly byte[] _line = new byte[MaxLine];
    private readonly uint _self = Credentials.GetEUid();
    private readonly UserRates _rates;

    public PostlogService(ServiceContext context)
    {
        _loop = context.Loop;
        _sockets = context.Listeners;
        _rates = new UserRates(_loop, context.Config.Get(LocalUserParams.PostlogRateLimit));
        foreach (int fd in _sockets)
        {
            _ = Sockets.SetSocketOption(fd, Sockets.SOL_SOCKET, Sockets.SO_PASSCRED, 1);
            if (!_loop.Watch(fd, Epoll.EPOLLIN | Epoll.EPOLLEXCLUSIVE, this)) Log.Warning($"watch socket: {Errno.Text()}");
        }
    }

    /// <summary>
    /// Nothing outlasts a batch of events; so it leaves after max_idle at the latest, and is started again by the next line.
    /// </summary>
    public int Active => 0;

    void IReadiness.OnReady(uint events)
    {
        foreach (int fd in _sockets)
        {
            for (int i = 0; i < LinesPerWake; i++)
            {
                int n = Sockets.ReceiveWithUser(fd, _line, out uint uid);
                if (n < 0) break;
                Write(_line.AsSpan(0, n), uid);
            }
        }
    }

    private void Write(Span<byte> line, uint uid)
    {
        line = line.TrimEnd((byte)'\n');
        bool trusted = uid == 0 || uid == _self;
        if (!trusted && !_rates.TryTake(uid, line.Length)) return;
        Printable.Clean(line);
        if (trusted) Log.Verbatim(line);
        else Log.Info($"uid={uid}: {System.Text.Encoding.UTF8.GetString(line)}");
    }

    public void Drain(Action done)
    {
        foreach (int fd in _sockets) _loop.Unwatch(fd);
        _rates.Report();
        done();
    }
}

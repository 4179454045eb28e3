using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>
/// The client side: one link to a service, made when first needed and replaced when the peer exits. Requests that ran on a
/// broken link are reset; asking again is the caller's affair.
/// </summary>
public sealed class LinkClient(EventLoop loop, string path)
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>ipc_timeout: how long a service may take to say something when it is its turn.</summary>
    public static TimeSpan Timeout { get; set; } = TimeSpan.FromHours(1);

    private Link? _link;
    private bool _keep, _closed;

    /// <summary>Why the last connect failed, for the log; empty: it did not.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>There is a link, and the service takes what comes on it.</summary>
    public bool IsConnected => _link is { IsOpen: true, PeerLeaving: false };

    /// <summary>Called after each connect, before the first stream.</summary>
    public Action? Connected { get; set; }

    /// <summary>Called with what the service says unasked; false when it is broken, which ends the link.</summary>
    public NoticeHandler? Noticed { get; set; }

    /// <summary>Opens a stream with a message; false, with <see cref="LastError"/>, when the service cannot be reached.</summary>
    public bool TryOpen<T>(T message, IStreamHandler handler, out LinkStream stream) where T : IMessage<T>
    {
        stream = null!;
        if (!EnsureLink()) return false;
        stream = _link!.Open(message, handler);
        return true;
    }

    /// <summary>
    /// Sends a message without an answer; false when the service cannot be reached now, or the message is over a limit.
    /// </summary>
    public bool TryNotify<T>(T message) where T : IMessage<T>
    {
        if (!EnsureLink()) return false;
        return _link!.SendNotice(message);
    }

    /// <summary>
    /// Asks with a message and waits for the one reply; null when the service is away, the stream is reset or the reply is broken.
    /// </summary>
    /// <param name="timeout">How long the reply may take; null: <see cref="Timeout"/>.</param>
    public Promise<TReply?> CallAsync<TRequest, TReply>(TRequest request, TimeSpan? timeout = null)
        where TRequest : IMessage<TRequest>
        where TReply : class, IMessage<TReply>, new()
    {
        CallHandler<TReply> handler = new();
        if (TryOpen(request, handler, out LinkStream stream)) stream.SetTimeout(timeout ?? Timeout);
        else handler.Result.TrySet(null);
        return handler.Result;
    }

    /// <summary>Stays connected from now on: a broken link is made again at once, and every 200 ms while that fails.</summary>
    public void KeepConnected()
    {
        _keep = true;
        Reconnect();
    }

    private void Reconnect()
    {
        if (_keep && !_closed && !EnsureLink()) loop.After(ReconnectDelay, Reconnect);
    }

    private bool EnsureLink()
    {
        if (IsConnected) return true;
        _link = null;
        if (_closed) return false;
        if (Connection.ToUnix(loop, path, out int error) is not { } connection)
        {
            LastError = $"connect to {path}: {Errno.Text(error)}";
            return false;
        }
        LastError = "";
        _link = new Link(connection)
        {
            Closed = _ => loop.After(ReconnectDelay, Reconnect),
            PeerLeft = _ => Reconnect(),
            Noticed = Noticed,
        };
        _link.Start();
        Connected?.Invoke();
        return _link is { IsOpen: true };
    }

    /// <summary>Ends the link once its streams are over; nothing can be asked afterwards.</summary>
    public void Close()
    {
        _closed = true;
        _link?.GoAway();
    }

    private sealed class CallHandler<TReply> : IStreamHandler where TReply : class, IMessage<TReply>, new()
    {
        public readonly Promise<TReply?> Result = new();

        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            TReply reply = new();
            Result.TrySet(type == FrameType.Reply && AttributeDecoder.TryDecode(payload, reply) ? reply : null);
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) => Result.TrySet(null);
    }
}

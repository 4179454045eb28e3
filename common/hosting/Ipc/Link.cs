using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>Takes a message without an answer; false when it cannot be decoded.</summary>
public delegate bool NoticeHandler(Link link, ReadOnlySpan<byte> payload);

/// <summary>
/// One connection between two processes that carries many streams. Frames are appended and sent once for each batch of events. A broken
/// frame closes the connection: every stream on it is reset, the process goes on. Owns its connection.
/// </summary>
public sealed class Link
{
    /// <summary>Bytes in front of each payload.</summary>
    public const int HeaderSize = 9;
    /// <summary>The largest message, bytes: room for some ten thousand recipients.</summary>
    public const int MaxMessage = 8 * 1024 * 1024;
    /// <summary>The largest piece of content in one frame, bytes.</summary>
    public const int MaxData = 32 * 1024;
    /// <summary>The most streams that a peer may have open at once: one of our own processes; any other process.</summary>
    public const int MaxStreamsTrusted = 65_536, MaxStreams = 100;
    /// <summary>A peer that does not take our refusals, bytes; one with a share of a quota, which may not leave its answers
    /// either.</summary>
    private const int MaxUnsentRefusals = 1024 * 1024, MaxUnsentAnswers = 64 * 1024;
    /// <summary>Streams that wait are looked at so often at least, milliseconds.</summary>
    private const long MostBetweenLooks = 5_000;
    /// <summary>Frames up to this size fit into a connection's input buffer.</summary>
    private const int LargeFrame = 60 * 1024;
    internal const string TooLarge = "message too large";
    private readonly Connection _connection;
    private readonly Dictionary<uint, LinkStream> _streams = [];
    private readonly Func<LinkStream, IStreamHandler>? _accept;
    private readonly UserShare? _share;
    private uint _nextId = 1;
    private byte[]? _large;
    private int _largeHave, _largeWant;
    private long _idleSince;
    private bool _closesWhenIdle;
    private string _refusal = "";

    /// <summary>
    /// Takes over a connected socket. With <paramref name="accept"/> it is the side that is asked. Receives nothing before <see
    /// cref="Start"/>.
    /// </summary>
    public Link(EventLoop loop, int fd, Func<LinkStream, IStreamHandler>? accept) : this(loop, fd, accept, null) { }

    /// <param name="share">What the peer's user has open here; null: a peer without limits.</param>
    internal Link(EventLoop loop, int fd, Func<LinkStream, IStreamHandler>? accept, UserShare? share)
        : this(new Connection(loop, fd), accept, share) { }

    /// <summary>The side that asks; the connection may still be under way.</summary>
    internal Link(Connection connection) : this(connection, null, null) { }

    private Link(Connection connection, Func<LinkStream, IStreamHandler>? accept, UserShare? share)
    {
        _connection = connection;
        _accept = accept;
        _share = share;
        _idleSince = NowMilliseconds;
        if (Sockets.TryPeerCredentials(connection.Descriptor, out int pid, out uint uid, out uint gid))
            (PeerPid, PeerUid, PeerGid) = (pid, uid, gid);
        IsPeerTrusted = IsTrusted(PeerUid);
    }

    /// <summary>root or the user that this process is.</summary>
    internal static bool IsTrusted(uint uid) => uid == 0 || uid == Credentials.GetEUid();

    /// <summary>Begins to receive. Once, after the callbacks are set: what has arrived already is handled inside this call.</summary>
    public void Start() => ReceiveAsync().Detach();

    /// <summary>Who is on the other side, by SO_PEERCRED; uid and gid are uint.MaxValue when unknown.</summary>
    public int PeerPid { get; } = -1;
    public uint PeerUid { get; } = uint.MaxValue;
    public uint PeerGid { get; } = uint.MaxValue;

    /// <summary>The peer is root or the user that this process is.</summary>
    public bool IsPeerTrusted { get; }

    public bool IsOpen => _connection.IsOpen;

    private bool _takesDescriptors;

    /// <summary>
    /// Takes descriptors that the peer sends with a stream, where the peer is trusted: no other peer may make this process hold any. Before
    /// <see cref="Start"/>.
    /// </summary>
    public void TakeDescriptors()
    {
        if (!IsPeerTrusted) return;
        _takesDescriptors = true;
        _connection.TakeDescriptors();
    }

    /// <summary>The peer accepts no new streams.</summary>
    public bool PeerLeaving { get; private set; }

    /// <summary>We want no new streams here.</summary>
    public bool Leaving { get; private set; }

    public int StreamCount => _streams.Count;

    /// <summary>Called once when the connection is gone.</summary>
    public Action<Link>? Closed { get; set; }

    /// <summary>Called when the peer announces that it leaves.</summary>
    public Action<Link>? PeerLeft { get; set; }

    /// <summary>Called with each unanswered message; false when it is broken, which ends the link.</summary>
    public NoticeHandler? Noticed { get; set; }

    /// <summary>Opens a stream with a message.</summary>
    public LinkStream Open<T>(T message, IStreamHandler handler) where T : IMessage<T>
    {
        LinkStream stream = new(this, _nextId++, handler);
        _streams[stream.Id] = stream;
        // told later: the caller does not have the stream yet
        if (!SendMessage(stream.Id, FrameType.Open, message)) _connection.Loop.Post(() => stream.Break(TooLarge));
        return stream;
    }

    /// <summary>Sends a message without an answer; false when it is over a limit.</summary>
    public bool SendNotice<T>(T message) where T : IMessage<T> => SendMessage(0, FrameType.Notice, message);

    /// <summary>Tells the peer to open no more streams and closes when the last one is over.</summary>
    public void GoAway()
    {
        if (Leaving || !IsOpen) return;
        Leaving = true;
        SendFrame(0, FrameType.GoAway, default);
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (_streams.Count > 0) return;
        // the side that asks closes: only it knows that nothing of its own is under way
        if (_accept == null && (Leaving || PeerLeaving)) _connection.CloseAfterFlush();
        else if (_closesWhenIdle) Refuse(LeavingText);
    }

    internal const string LeavingText = "the service is being replaced: try again";

    /// <summary>Closes as soon as no stream is open: what arrives too late was not read, and the peer is told so.</summary>
    internal void CloseWhenIdle()
    {
        _closesWhenIdle = true;
        if (IsOpen) CloseIfDone();
    }

    /// <summary>Ends the connection and tells the peer that what is not answered was not done.</summary>
    internal void Refuse(string reason)
    {
        if (!IsOpen || _connection.IsClosing) return;
        SendFrame(0, FrameType.Refuse, Encoding.UTF8.GetBytes(reason));
        _connection.CloseAfterFlush();
    }

    /// <summary>Gives up every stream and closes.</summary>
    internal void BreakOff(string reason)
    {
        foreach (LinkStream stream in _streams.Values.ToArray())
        {
            SendReset(stream.Id, reason);
            stream.Break(reason);
        }
        Refuse(reason);
    }

    /// <summary>A peer with a share that asks for nothing is not waited for.</summary>
    internal void CloseIfIdle()
    {
        if (_share == null || _streams.Count > 0 || NowMilliseconds - _idleSince < (long)_share.Limits.Idle.TotalMilliseconds) return;
        Refuse("idle for too long");
    }

    internal UserShare? Share => _share;

    /// <summary>How long a peer with a share may make no progress when it is its turn; null: no limit.</summary>
    public TimeSpan? ProgressLimit => _share?.Limits.Progress;

    public void Close() => _connection.Dispose();

    internal long NowMilliseconds => _connection.Loop.NowMilliseconds;

    private bool _isWatched;

    /// <summary>
    /// A stream has a timeout: looks from time to time whether it is over. A link without such streams is not looked at.
    /// </summary>
    internal void Watch(TimeSpan timeout)
    {
        if (_isWatched) return;
        _isWatched = true;
        _connection.Loop.After(TimeSpan.FromMilliseconds(Math.Clamp(timeout.TotalMilliseconds / 4, 100, MostBetweenLooks)), LookAtStreams);
    }

    private void LookAtStreams()
    {
        _isWatched = false;
        foreach (LinkStream stream in _streams.Values.ToArray()) stream.GiveUpIfLate(NowMilliseconds);
        foreach (LinkStream stream in _streams.Values)
            if (stream.HasTimeout) Watch(stream.Timeout);
    }

    internal void Forget(LinkStream stream)
    {
        if (_streams.Remove(stream.Id)) stream.ReturnShare();
        _idleSince = NowMilliseconds;
        CloseIfDone();
    }

    // ---- sending ---------------------------------------------------------------------------------------------------

    /// <summary>
    /// Appends a message; false when it is over a limit: the peer would take it for a protocol error, so nothing of it is sent.
    /// </summary>
    internal bool SendMessage<T>(uint stream, FrameType type, T message) where T : IMessage<T>
    {
        if (!IsOpen) return true;
        int start = _connection.Unsent;
        WriteHeader(0, stream, type);
        bool encoded = AttributeEncoder.Encode(_connection, message);
        int length = _connection.Unsent - start - HeaderSize;
        if (encoded && length <= MaxMessage)
        {
            _connection.Patch(start, length);
            return true;
        }
        _connection.TakeBack(start);
        return false;
    }

    internal void SendFrame(uint stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (!IsOpen) return;
        while (payload.Length > MaxData && type == FrameType.Data)
        {
            WriteHeader(MaxData, stream, type);
            _connection.Write(payload[..MaxData]);
            payload = payload[MaxData..];
        }
        WriteHeader(payload.Length, stream, type);
        _connection.Write(payload);
    }

    /// <summary>Sends descriptors with a frame of their own; false when they cannot be duplicated.</summary>
    internal bool SendDescriptors(uint stream, ReadOnlySpan<int> descriptors)
    {
        Span<byte> frame = stackalloc byte[HeaderSize + 1];
        BinaryPrimitives.WriteInt32LittleEndian(frame, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], stream);
        frame[8] = (byte)FrameType.Descriptors;
        frame[HeaderSize] = (byte)descriptors.Length;
        return _connection.TryWrite(frame, descriptors);
    }

    /// <summary>Hands descriptors that came to their stream; false when there are not as many as the frame says.</summary>
    private bool GiveDescriptors(uint id, ReadOnlySpan<byte> payload)
    {
        if (!_takesDescriptors || payload.Length != 1 || payload[0] == 0 || payload[0] > _connection.UnclaimedDescriptors) return false;
        FileDescriptor[] descriptors = _connection.ClaimDescriptors(payload[0]);
        if (_streams.TryGetValue(id, out LinkStream? stream) && stream.TryHold(descriptors)) return true;
        FileDescriptor.DisposeAll(descriptors);
        return stream == null;
    }

    internal void SendCredit(uint stream, int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
        SendFrame(stream, FrameType.Credit, payload);
    }

    internal void SendReset(uint stream, string reason) =>
        SendFrame(stream, FrameType.Reset, Encoding.UTF8.GetBytes(reason.Length > 200 ? reason[..200] : reason));

    private void WriteHeader(int length, uint stream, FrameType type)
    {
        Span<byte> header = _connection.GetSpan(HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], stream);
        header[8] = (byte)type;
        _connection.Advance(HeaderSize);
    }

    // ---- receiving -------------------------------------------------------------------------------------------------

    private async Task ReceiveAsync()
    {
        string reason = "connection lost";
        while (await _connection.FillAsync() == ReadStatus.Data)
        {
            if (TakeFrames()) continue;
            reason = "protocol error";
            break;
        }
        _connection.Dispose();
        ReleaseLarge();
        if (_refusal.Length > 0) reason = _refusal;
        foreach (LinkStream stream in _streams.Values.ToArray()) stream.Break(reason);
        Closed?.Invoke(this);
    }

    /// <summary>Handles the complete frames of the input; false when one is broken.</summary>
    private bool TakeFrames()
    {
        while (IsOpen)
        {
            if (_largeWant > 0)
            {
                if (!CollectLarge()) return true;
                bool ok = DispatchFrame(_large.AsSpan(0, _largeWant));
                ReleaseLarge();
                if (!ok) return false;
                continue;
            }
            ReadOnlySpan<byte> input = _connection.Input;
            if (input.Length < HeaderSize) return true;
            int length = BinaryPrimitives.ReadInt32LittleEndian(input);
            if (length < 0 || length > ((FrameType)input[8] == FrameType.Data ? MaxData : MaxMessage)) return false;
            int whole = HeaderSize + length;
            if (whole <= input.Length)
            {
                if (!DispatchFrame(input[..whole])) return false;
                _connection.Consume(whole);
            }
            else if (whole <= LargeFrame) return true;
            else if (!TryBeginLarge(whole)) return false;
            else _largeWant = whole;
        }
        return true;
    }

    /// <summary>Memory for a large frame is counted before it is there. A peer that may not have it is refused, with all it has open
    /// here.</summary>
    private bool TryBeginLarge(int whole)
    {
        if (_share?.TryBegin(whole) is not { } refusal)
        {
            _largeCounted = _share == null ? 0 : whole;
            return true;
        }
        Refuse(refusal);
        return false;
    }

    private int _largeCounted;

    /// <summary>
    /// A frame larger than the input buffer is put together in a buffer of its own, which grows as data arrives, so that a header alone
    /// cannot make us allocate. True when it is complete.
    /// </summary>
    private bool CollectLarge()
    {
        ReadOnlySpan<byte> input = _connection.Input;
        int take = Math.Min(input.Length, _largeWant - _largeHave);
        if (_large == null || _large.Length < _largeHave + take)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_largeHave + take, 2 * (_large?.Length ?? LargeFrame)));
            _large.AsSpan(0, _largeHave).CopyTo(larger);
            if (_large != null) ArrayPool<byte>.Shared.Return(_large);
            _large = larger;
        }
        input[..take].CopyTo(_large.AsSpan(_largeHave));
        _largeHave += take;
        _connection.Consume(take);
        return _largeHave == _largeWant;
    }

    private void ReleaseLarge()
    {
        if (_large != null) ArrayPool<byte>.Shared.Return(_large);
        _large = null;
        _largeHave = _largeWant = 0;
        if (_largeCounted > 0) _share!.End(_largeCounted);
        _largeCounted = 0;
    }

    private bool DispatchFrame(ReadOnlySpan<byte> frame) =>
        Dispatch(BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]), (FrameType)frame[8], frame[HeaderSize..]);

    private bool Dispatch(uint id, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (id == 0)
        {
            if (type == FrameType.Notice) return Noticed != null && Noticed(this, payload);
            if (type == FrameType.Refuse && _accept == null)
            {
                _refusal = TextOf(payload);
                return true; // the end of the connection follows
            }
            if (type != FrameType.GoAway) return false;
            PeerLeaving = true;
            PeerLeft?.Invoke(this);
            CloseIfDone();
            return true;
        }
        if (type == FrameType.Open) return Accept(id, payload);
        if (type == FrameType.Descriptors) return GiveDescriptors(id, payload);
        // a frame for a stream that ended meanwhile is no error: the peer could not know
        if (!_streams.TryGetValue(id, out LinkStream? stream)) return true;
        stream.Heard(type switch
        {
            FrameType.Data => payload.Length,
            FrameType.Credit when payload.Length == 4 => BinaryPrimitives.ReadInt32LittleEndian(payload),
            _ => LinkStream.LeastProgress,
        });
        switch (type)
        {
            case FrameType.Reply or FrameType.Progress or FrameType.Refuse when _accept != null:
                return false;
            case FrameType.Data:
                bool hasCredit = stream.TryReceive(payload.Length), hasRoom = _share?.TryHold(payload.Length) ?? true;
                if (!hasCredit) return false;
                if (!hasRoom)
                {
                    SendFrame(id, FrameType.Refuse, "too much content at once"u8);
                    stream.Break("too much content at once");
                    return true;
                }
                stream.Handler?.OnData(stream, payload);
                return true;
            case FrameType.End:
            case FrameType.Progress:
                stream.Handler?.OnMessage(stream, type, payload);
                return true;
            case FrameType.Reply:
                stream.Close();
                stream.Handler?.OnMessage(stream, type, payload);
                return true;
            case FrameType.Credit when payload.Length == 4:
                stream.AddCredit(Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(payload)));
                return true;
            case FrameType.Reset or FrameType.Refuse:
                stream.Break(TextOf(payload));
                return true;
            default:
                return false;
        }
    }

    private static string TextOf(ReadOnlySpan<byte> payload) => payload.Length <= 1000 ? Encoding.UTF8.GetString(payload) : "reset";

    private bool Accept(uint id, ReadOnlySpan<byte> payload)
    {
        if (_accept == null || _streams.ContainsKey(id)) return false;
        if (_streams.Count >= (IsPeerTrusted ? MaxStreamsTrusted : MaxStreams))
        {
            SendReset(id, "too many requests at once");
            return _connection.Unsent < MaxUnsentRefusals;
        }
        if (_share != null && !TryShare(id, payload.Length, out bool unread)) return !unread;
        LinkStream stream = new(this, id, null) { SharedBytes = payload.Length };
        _streams[id] = stream;
        stream.Handler = _accept(stream);
        stream.Handler.OnMessage(stream, FrameType.Open, payload);
        return true;
    }

    /// <summary>Counts a request of a peer with a share; a refused one may be asked again.</summary>
    private bool TryShare(uint id, int bytes, out bool unread)
    {
        unread = _connection.Unsent > MaxUnsentAnswers;
        if (unread) return false;
        // it was counted while it arrived
        if (_largeCounted > 0) _share!.End(_largeCounted);
        _largeCounted = 0;
        if (_share!.TryBegin(bytes) is not { } refusal) return true;
        SendFrame(id, FrameType.Refuse, Encoding.UTF8.GetBytes(refusal));
        return false;
    }
}

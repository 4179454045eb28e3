using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>What the owner of one stream is told. All calls come on the loop's thread; payloads are valid during the call only.</summary>
public interface IStreamHandler
{
    /// <summary>A message: Open and End at the server, Progress and Reply at the client.</summary>
    void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload);

    /// <summary>Content. Give credit back with <see cref="LinkStream.Consumed"/> once it is dealt with.</summary>
    void OnData(LinkStream stream, ReadOnlySpan<byte> data);

    /// <summary>The peer gave up or is gone; nothing more will come.</summary>
    void OnReset(LinkStream stream, string reason);
}

/// <summary>One request with its content and its answer on a link. Not thread-safe; belongs to the loop.</summary>
public sealed class LinkStream
{
    /// <summary>Content that may be under way unacknowledged, bytes.</summary>
    public const int Window = 256 * 1024;

    /// <summary>
    /// What a peer may send beyond the window: a sender looks at its credit between pieces, and one that passes another's stream on holds
    /// that one back only when its own credit is used up, so that a window of the other's is under way. More breaks the protocol.
    /// </summary>
    private const int Overshoot = Window + 64 * 1024;

    /// <summary>What counts as progress of a peer with a share, bytes: one byte a minute is none.</summary>
    public const int LeastProgress = 1024;

    /// <summary>A command looks at its credit before each piece.</summary>
    private const int OvershootOfCommands = 2 * Link.MaxData;

    /// <summary>Why a stream was given up whose peer said nothing for too long.</summary>
    public const string NoAnswer = "no answer in time";

    private readonly Link _link;
    private long _giveUpAt = long.MaxValue;
    private int _credit = Window;
    private int _uncredited;
    private int _owed;
    private int _progress;
    private Promise<bool>? _creditWaiter;

    internal LinkStream(Link link, uint id, IStreamHandler? handler)
    {
        _link = link;
        Id = id;
        Handler = handler;
    }

    internal uint Id { get; }

    internal IStreamHandler? Handler { get; set; }

    /// <summary>Counted as the user's while the stream is open.</summary>
    internal int SharedBytes { get; init; }

    /// <summary>False once the stream was answered, reset, or its link broke.</summary>
    public bool IsOpen { get; private set; } = true;

    public Link Link => _link;

    /// <summary>
    /// Sends a message; <see cref="FrameType.Reply"/> ends the stream. One that is over a limit resets the stream instead.
    /// </summary>
    public void Send<T>(FrameType type, T message) where T : IMessage<T>
    {
        if (!IsOpen) return;
        if (!_link.SendMessage(Id, type, message)) Reset(Link.TooLarge);
        else if (type == FrameType.Reply) Close();
    }

    /// <summary>
    /// From now on the peer has to say something: when it says nothing for so long the stream is given up, as if the peer had reset it.
    /// Without a timeout a stream waits without end.
    /// </summary>
    public void SetTimeout(TimeSpan timeout)
    {
        Timeout = timeout;
        Extend();
        if (IsOpen) _link.Watch(timeout);
    }

    /// <summary>The same with the time that a limited peer has (<see cref="Link.ProgressLimit"/>); for others nothing.</summary>
    public void SetProgressTimeout()
    {
        if (_link.ProgressLimit is { } limit) SetTimeout(limit);
    }

    /// <summary>It is this side that has to say something: the peer may be silent.</summary>
    public void ClearTimeout() => _giveUpAt = long.MaxValue;

    /// <summary>A timeout runs.</summary>
    internal bool HasTimeout => _giveUpAt != long.MaxValue;

    internal TimeSpan Timeout { get; private set; }

    private void Extend() => _giveUpAt = _link.NowMilliseconds + (long)Timeout.TotalMilliseconds;

    /// <summary>The peer said something, or took so many bytes.</summary>
    internal void Heard(int bytes)
    {
        if (!HasTimeout) return;
        _progress += Math.Clamp(bytes, 0, LeastProgress);
        if (_link.Share != null && _progress < LeastProgress) return;
        _progress = 0;
        Extend();
    }

    internal void GiveUpIfLate(long now)
    {
        if (now < _giveUpAt || !IsOpen) return;
        _link.SendReset(Id, NoAnswer);
        Break(NoAnswer);
    }

    /// <summary>The content is complete.</summary>
    public void SendEnd()
    {
        if (IsOpen) _link.SendFrame(Id, FrameType.End, default);
    }

    /// <summary>The content is complete, and something is to be said about it; over a limit it resets the stream.</summary>
    public void SendEnd<T>(T message) where T : IMessage<T>
    {
        if (IsOpen && !_link.SendMessage(Id, FrameType.End, message)) Reset(Link.TooLarge);
    }

    /// <summary>Sends content; wait for <see cref="CreditAsync"/> before more when <see cref="HasCredit"/> is false.</summary>
    public void SendData(ReadOnlySpan<byte> data)
    {
        if (!IsOpen || data.IsEmpty) return;
        _credit -= data.Length;
        _link.SendFrame(Id, FrameType.Data, data);
    }

    /// <summary>
    /// Sends descriptors (at most <see cref="Native.Sockets.MaxDescriptors"/>), for the message that follows; they are duplicated, so that
    /// the sender keeps its own. False: they cannot be.
    /// </summary>
    public bool SendDescriptors(ReadOnlySpan<int> descriptors) => IsOpen && _link.SendDescriptors(Id, descriptors);

    private Native.FileDescriptor[] _descriptors = [];

    /// <summary>Descriptors that came for this stream; the caller owns them.</summary>
    public Native.FileDescriptor[] TakeDescriptors()
    {
        Native.FileDescriptor[] taken = _descriptors;
        _descriptors = [];
        return taken;
    }

    /// <summary>Descriptors came; false when there are some already.</summary>
    internal bool TryHold(Native.FileDescriptor[] descriptors)
    {
        if (_descriptors.Length > 0) return false;
        _descriptors = descriptors;
        return true;
    }

    /// <summary>The other side can take more content now.</summary>
    public bool HasCredit => _credit > 0 || !IsOpen;

    /// <summary>Completes when content may be sent again, with false when the stream is over.</summary>
    public Promise<bool> CreditAsync()
    {
        Promise<bool> promise = new();
        if (HasCredit) promise.TrySet(IsOpen);
        else
        {
            _creditWaiter = promise;
            SetTimeout(_link.ProgressLimit ?? LinkClient.Timeout);
        }
        return promise;
    }

    /// <summary>The receiver has dealt with content; credit goes back in large steps.</summary>
    public void Consumed(int bytes)
    {
        _owed += bytes;
        if (_owed < Window / 2 || !IsOpen) return;
        _link.SendCredit(Id, _owed);
        _uncredited -= _owed;
        _link.Share?.TryHold(-_owed);
        _owed = 0;
    }

    /// <summary>Resets the stream and tells the peer why.</summary>
    public void Reset(string reason)
    {
        if (!IsOpen) return;
        _link.SendReset(Id, reason);
        Close();
    }

    /// <summary>Content came; false when it is more than the peer has credit for.</summary>
    internal bool TryReceive(int bytes) => (_uncredited += bytes) <= Window + (_link.Share != null ? OvershootOfCommands : Overshoot);

    /// <summary>The stream is over: what it held is the user's again.</summary>
    internal void ReturnShare()
    {
        if (_link.Share is not { } share) return;
        share.End(SharedBytes);
        share.TryHold(-_uncredited);
    }

    internal void AddCredit(int bytes)
    {
        _credit = (int)Math.Min((long)_credit + bytes, Window);
        if (_credit <= 0) return;
        // only the wait for credit is over: one that has sent everything waits for an answer
        if (_creditWaiter != null) _giveUpAt = long.MaxValue;
        Promise<bool>? waiter = _creditWaiter;
        _creditWaiter = null;
        waiter?.TrySet(true);
    }

    internal void Close()
    {
        if (!IsOpen) return;
        IsOpen = false;
        Native.FileDescriptor.DisposeAll(TakeDescriptors());
        _link.Forget(this);
        Promise<bool>? waiter = _creditWaiter;
        _creditWaiter = null;
        waiter?.TrySet(false);
    }

    internal void Break(string reason)
    {
        if (!IsOpen) return;
        Close();
        Handler?.OnReset(this, reason);
    }
}

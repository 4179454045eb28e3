using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>How a wait for input ended.</summary>
public enum ReadStatus : byte { Data, End, TimedOut, Canceled, Failed }

/// <summary>A layer between a connection and its socket, such as TLS. Results as recv(2) and send(2), with errno set.</summary>
public interface IConnectionFilter : IDisposable
{
    int Receive(Connection connection, Span<byte> buffer);

    int Send(Connection connection, ReadOnlySpan<byte> data);
}

/// <summary>
/// A connected stream socket on an event loop: buffered input that is awaited, buffered output that is sent at the end of the batch.
/// It owns its descriptor. Edge-triggered, registered once, so that a wait costs no system call; buffers are rented only while they
/// hold something, so that an idle connection is small. One reader and one waiter for output at a time; not thread-safe.
/// </summary>
public sealed partial class Connection : IReadiness, IBatchEnd, IBufferWriter<byte>, IDisposable
{
    // Room for output is asked for only after the kernel has refused some: otherwise each read of the peer would wake us.
    private const uint InputEvents = Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLET;
    // The kernel is short of memory: the connection is as good as before, and a peer that waits for an answer is to get it.
    private static readonly TimeSpan MemoryRetry = TimeSpan.FromMilliseconds(50);
    private const int SmallBuffer = 16 * 1024;
    private const int LargeBuffer = 64 * 1024;
    private readonly ConnectionList _list;
    // a number and no FileDescriptor: this object owns the socket, and the loop's engine closes it
    private int _fd;
    private ConnectionBuffer _in;
    private PassedDescriptors? _descriptors;
    private bool _readable = true, _wantsLarge, _readDone, _hangup, _readinessOnly;
    private IConnectionFilter? _filter;
    private ReadStatus _readStatus;
    private Action? _reader;
    private long _deadline;
    internal int ListIndex = -1;

    /// <summary>Takes over a connected non-blocking descriptor.</summary>
    public Connection(EventLoop loop, int fd, IPEndPoint? remote = null)
    {
        Loop = loop;
        Remote = remote;
        _fd = fd;
        _list = ConnectionList.Of(loop);
        _list.Add(this);
        Watch();
    }

    /// <summary>
    /// A connection that cannot be watched for want of memory is watched later; otherwise it would never be served or closed.
    /// </summary>
    private void Watch()
    {
        if (_fd >= 0 && !Loop.Watch(_fd, InputEvents, this)) Loop.After(MemoryRetry, Watch);
    }

    public EventLoop Loop { get; }

    /// <summary>The peer of an internet socket, else null.</summary>
    public IPEndPoint? Remote { get; }

    public int Descriptor => _fd;

    public bool IsOpen => _fd >= 0;

    /// <summary>errno of the failure that ended input or output, or 0.</summary>
    public int Error { get; private set; }

    /// <summary>Where bytes go before they are sent and after they are received (TLS); null: the socket itself.</summary>
    public IConnectionFilter? Filter
    {
        get => _filter;
        set
        {
            _filter = value;
            // It may hold input that the socket will not announce again.
            _readable = true;
        }
    }

    /// <summary>Counts how often the socket said that there is input; the peer's end counts too.</summary>
    public uint InputEdges { get; private set; }

    /// <summary>The end of the peer's output, or a failure, was announced; input may be left.</summary>
    public bool HasHungUp => _hangup;

    /// <summary>Received and not yet consumed.</summary>
    public ReadOnlySpan<byte> Input => _in.Held;

    /// <summary>The same for a parser that keeps it over several steps; valid until the next fill.</summary>
    public ReadOnlyMemory<byte> InputMemory => _in.HeldMemory;

    /// <summary>No room for more until something is consumed.</summary>
    public bool InputIsFull => _in.Capacity >= LargeBuffer && _in.Length == _in.Capacity;

    /// <summary>
    /// More of the peer's output is to come before anything is sent: TCP acknowledges what came at once. A peer with Nagle's algorithm
    /// would wait for that, and TCP 40 ms for something to send it with. Other sockets have no use for it.
    /// </summary>
    public void AcknowledgeAtOnce() => _ = Sockets.SetSocketOption(_fd, Sockets.IPPROTO_TCP, Sockets.TCP_QUICKACK, 1);

    /// <summary>Drops the first bytes of the input.</summary>
    public void Consume(int count) => _in.Drop(count);

    /// <summary>
    /// Waits for more input: Data when at least one byte was added. The input must not fill the whole buffer
    /// (<see cref="InputIsFull"/>): consume first.
    /// </summary>
    public FillAwaiter FillAsync()
    {
        _readDone = TryFill(out _readStatus);
        return new FillAwaiter(this);
    }

    /// <summary>
    /// For a filter's handshake: waits until the socket has input (or, with <paramref name="output"/>, room) without reading it: Data; or
    /// as <see cref="FillAsync"/>.
    /// </summary>
    public FillAwaiter ReadyAsync(bool output = false)
    {
        _readStatus = Error != 0 ? ReadStatus.Failed : ReadStatus.End;
        _readDone = _fd < 0;
        _readinessOnly = !_readDone;
        if (output) AwaitOutputRoom();
        else if (!_readDone) Loop.Engine.InputTaken(_fd);
        return new FillAwaiter(this);
    }

    /// <summary><see cref="ReadyAsync"/> ends for new input even when older input has not been taken.</summary>
    public bool HearsOfEachInput => Loop.Engine.TellsOfEachInput;

    /// <summary>For a filter: input is tried again when the kernel has room for output.</summary>
    public void AwaitOutputRoom()
    {
        if (_fd < 0) return;
        _writable = false;
        Loop.Rewatch(_fd, InputEvents | Epoll.EPOLLOUT);
    }

    /// <summary>Receives what is there now; false when the caller has to wait.</summary>
    private bool TryFill(out ReadStatus status)
    {
        status = Error != 0 ? ReadStatus.Failed : ReadStatus.End;
        if (_fd < 0) return true;
        while (_readable)
        {
            PrepareRoom();
            Span<byte> room = _in.Room;
            bool came = false;
            int n = Filter != null ? Filter.Receive(this, room)
                : _descriptors is { Takes: true } descriptors ? descriptors.Receive(_fd, room, out came) : Loop.Engine.Receive(_fd, room);
            if (n > 0)
            {
                _wantsLarge = n == room.Length;
                // Less than asked for: nothing is left, and more will be told. The end of input was told already if it came along.
                // The kernel ends what it gives behind bytes that descriptors came with.
                if (!_wantsLarge && Filter == null && !_hangup && !came) AwaitReadiness();
                _in.Append(n);
                status = ReadStatus.Data;
                return true;
            }
            if (n == 0)
            {
                ReleaseInput();
                return true;
            }
            switch (Errno.Last)
            {
                case Errno.EINTR:
                    continue;
                case Errno.EAGAIN:
                    AwaitReadiness();
                    break;
                case Errno.ENOMEM or Errno.ENOBUFS:
                    _readable = false;
                    Loop.After(MemoryRetry, ReceiveAgain);
                    break;
                default:
                    Error = Errno.Last;
                    status = ReadStatus.Failed;
                    return true;
            }
        }
        ReleaseInput();
        return false;
    }

    private void ReceiveAgain()
    {
        if (_fd >= 0 && !_readable) Receivable();
    }

    private void AwaitReadiness()
    {
        _readable = false;
        Loop.Engine.InputTaken(_fd);
    }

    private void PrepareRoom()
    {
        if (!_in.IsRented) _in.Rent(_wantsLarge ? LargeBuffer : SmallBuffer);
        else if (_wantsLarge && _in.Capacity < LargeBuffer) _in.Rent(LargeBuffer);
        else if (_in.HasGap) _in.Compact();
        if (_in.Length == _in.Capacity) throw new InvalidOperationException("the input buffer is full: consume before waiting for more");
    }

    private void ReleaseInput()
    {
        if (_in.Length == 0) _in.Release();
    }

    /// <summary>Awaits input; see <see cref="FillAsync"/>.</summary>
    public readonly struct FillAwaiter(Connection connection) : ICriticalNotifyCompletion
    {
        public FillAwaiter GetAwaiter() => this;
        public bool IsCompleted => connection._readDone;
        public ReadStatus GetResult() => connection._readStatus;
        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);
        public void UnsafeOnCompleted(Action continuation) => connection._reader = continuation;
    }

    // ---- deadline, cancellation, readiness, end --------------------------------------------------------------------

    /// <summary>
    /// Ends a wait with TimedOut when this much time passes without a new call; null: wait for ever. Checked once a second.
    /// </summary>
    public void SetDeadline(TimeSpan? timeout) =>
        _deadline = timeout is { } t ? Loop.NowMilliseconds + (long)t.TotalMilliseconds : 0;

    /// <summary>A deadline that is set comes no later than this much time from now.</summary>
    public void LimitDeadline(TimeSpan timeout)
    {
        long latest = Loop.NowMilliseconds + (long)timeout.TotalMilliseconds;
        if (_deadline > latest) _deadline = latest;
    }

    /// <summary>Ends a pending wait for input with Canceled; nothing happens when there is none.</summary>
    public void CancelRead() => ResumeReader(ReadStatus.Canceled);

    /// <summary>False: the kernel had nothing more when it was last asked, and has not announced anything since.</summary>
    public bool MayHaveInput => _readable;

    /// <summary>A reader is waiting for input.</summary>
    public bool IsReading => _reader != null;

    internal void Tick(long now)
    {
        if (_deadline == 0 || now < _deadline) return;
        if (_reader != null)
        {
            _deadline = 0;
            ResumeReader(ReadStatus.TimedOut);
        }
        else if (_drainer != null || _closeWhenSent)
        {
            Error = Errno.ETIMEDOUT;
            CloseNow();
        }
    }

    private void ResumeReader(ReadStatus status)
    {
        Action? reader = _reader;
        if (reader == null) return;
        _reader = null;
        _readinessOnly = false;
        _readStatus = status;
        reader();
    }

    void IReadiness.OnReady(uint events)
    {
        bool input = (events & (Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLERR | Epoll.EPOLLHUP)) != 0;
        bool resume = input;
        if ((events & (Epoll.EPOLLOUT | Epoll.EPOLLERR | Epoll.EPOLLHUP)) != 0 && !_writable)
        {
            _writable = true;
            Loop.Rewatch(_fd, InputEvents);
            if (Unsent > 0) Flush();
            resume |= _readinessOnly || _filter != null;
        }
        if (_fd < 0 || !resume) return;
        if (input) InputEdges++;
        _hangup |= (events & (Epoll.EPOLLRDHUP | Epoll.EPOLLERR | Epoll.EPOLLHUP)) != 0;
        Receivable();
    }

    private void Receivable()
    {
        _readable = true;
        if (_reader == null) return;
        if (_readinessOnly) ResumeReader(ReadStatus.Data);
        else if (TryFill(out ReadStatus status)) ResumeReader(status);
    }

    /// <summary>Closes at once; unsent output is dropped, a waiting reader gets End or Failed.</summary>
    public void Dispose() => CloseNow();

    private void CloseNow()
    {
        if (_fd < 0) return;
        Loop.Unwatch(_fd);
        _list.Remove(this);
        Filter?.Dispose();
        Loop.Engine.Close(_fd);
        _fd = -1;
        _descriptors?.Close();
        _out.Release();
        ResumeDrainer();
        if (_reader != null) ResumeReader(Error != 0 ? ReadStatus.Failed : ReadStatus.End);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// The asking side of a link for programs that ask one thing at a time and may wait: same frames as <see cref="Link"/>, no event loop.
/// Owns its socket.
/// </summary>
internal sealed class BlockingLink : IDisposable
{
    private readonly int _fd;
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private byte[] _input = new byte[8192];
    private int _start, _end, _consumed;
    private uint _stream;
    private int _credit;
    private int _owed;
    private bool _answered;

    private BlockingLink(int fd) => _fd = fd;

    /// <summary>Nothing was done, and the same may be asked again on another link; <see cref="Error"/> says why.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Why the link broke.</summary>
    public string Error { get; private set; } = "";

    /// <summary>How long it waits for the other side each time; null: without end.</summary>
    private TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Connects within a time to a service that may be too busy even to take connections, and waits no longer for any answer.
    /// </summary>
    public static BlockingLink? Connect(string path, TimeSpan timeout, out int errno) => Connect(path, timeout, timeout, out errno);

    /// <summary>The same with another time for each answer.</summary>
    public static BlockingLink? Connect(string path, TimeSpan timeout, TimeSpan answer, out int errno)
    {
        long until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        while (true)
        {
            if (fd >= 0 && Libc.ConnectUnix(fd, path) == 0)
            {
                errno = 0;
                _ = Libc.Fcntl(fd, Libc.F_SETFL, Libc.O_RDWR);
                return new BlockingLink(fd) { Timeout = answer };
            }
            errno = Libc.Errno;
            // unix(7): the queue of the listening socket is full
            if (fd < 0 || errno != Libc.EAGAIN || Environment.TickCount64 >= until) break;
            _ = Libc.Poll([], 50);
        }
        if (errno == Libc.EAGAIN) errno = Libc.ETIMEDOUT;
        if (fd >= 0) _ = Libc.Close(fd);
        return null;
    }

    /// <summary>Connects to a service's socket; null, with errno, when that fails.</summary>
    public static BlockingLink? Connect(string path, out int errno)
    {
        errno = 0;
        int fd = Libc.Socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (fd >= 0 && Libc.ConnectUnix(fd, path) == 0) return new BlockingLink(fd);
        errno = Libc.Errno;
        if (fd >= 0) _ = Libc.Close(fd);
        return null;
    }

    /// <summary>
    /// Asks; what was asked before must have been answered. Nothing is sent before content, its end or the answer is asked for.
    /// </summary>
    public void Open<T>(T message) where T : IMessage<T>
    {
        _stream++;
        _credit = LinkStream.Window;
        _owed = 0;
        _answered = false;
        ArrayBufferWriter<byte> body = new(1024);
        AttributeEncoder.Encode(body, message);
        Frame(FrameType.Open, body.WrittenSpan);
    }

    /// <summary>Sends content, waiting where the other side has enough. False: it has answered already, or is gone.</summary>
    public bool Send(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            while (_credit <= 0)
            {
                if (!Flush() || _answered || !FillFrame()) return false;
                if (PeekType() is FrameType.Reply or FrameType.Reset or FrameType.Refuse)
                {
                    _answered = true;
                    return false;
                }
                DropFrame();
            }
            int n = Math.Min(data.Length, Link.MaxData);
            Frame(FrameType.Data, data[..n]);
            _credit -= n;
            data = data[n..];
            if (_output.WrittenCount > Link.MaxData && !Flush()) return false;
        }
        return true;
    }

    /// <summary>The content is complete.</summary>
    public void SendEnd() => Frame(FrameType.End, default);

    /// <summary>
    /// Waits for what the other side says next: content (Data), Progress, or Reply, the last one. False, with <see cref="Error"/>, when the
    /// stream was reset or the link broke. The payload is valid until the next call.
    /// </summary>
    public bool TryReceive(out FrameType type, out ReadOnlySpan<byte> payload)
    {
        type = default;
        payload = default;
        bool sent = Flush();
        while (true)
        {
            DropConsumed();
            // what could not be sent may have been answered: a refusal that crossed it tells more than EPIPE
            if (!FillFrame())
            {
                if (!sent) Error = "connection lost";
                return false;
            }
            type = PeekType();
            int length = BinaryPrimitives.ReadInt32LittleEndian(_input.AsSpan(_start));
            payload = _input.AsSpan(_start + Link.HeaderSize, length);
            _consumed = Link.HeaderSize + length;
            if (type == FrameType.Data) GiveCredit(length);
            if (type is FrameType.Data or FrameType.Reply or FrameType.Progress) return true;
            if (type is FrameType.Reset or FrameType.Refuse)
            {
                Error = Encoding.UTF8.GetString(payload);
                IsRefused = type == FrameType.Refuse;
                return false;
            }
        }
    }

    public void Dispose() => _ = Libc.Close(_fd);

    private void GiveCredit(int bytes)
    {
        _owed += bytes;
        if (_owed < LinkStream.Window / 2) return;
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, _owed);
        Frame(FrameType.Credit, payload);
        Flush();
        _owed = 0;
    }

    private void Frame(FrameType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = _output.GetSpan(Link.HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(header, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], _stream);
        header[8] = (byte)type;
        _output.Advance(Link.HeaderSize);
        _output.Write(payload);
    }

    private bool Flush()
    {
        ReadOnlySpan<byte> rest = _output.WrittenSpan;
        while (!rest.IsEmpty)
        {
            int n = Libc.Send(_fd, rest);
            if (n >= 0) rest = rest[n..];
            else if (Libc.Errno != Libc.EINTR)
            {
                Error = Libc.ErrorText();
                _output.ResetWrittenCount();
                return false;
            }
        }
        _output.ResetWrittenCount();
        return true;
    }

    private FrameType PeekType() => (FrameType)_input[_start + 8];

    private void DropConsumed()
    {
        _start += _consumed;
        _consumed = 0;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>Takes a frame that was met between pieces of content.</summary>
    private void DropFrame()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_input.AsSpan(_start));
        if (PeekType() == FrameType.Credit && length == 4)
            _credit += BinaryPrimitives.ReadInt32LittleEndian(_input.AsSpan(_start + Link.HeaderSize));
        _consumed = Link.HeaderSize + length;
        DropConsumed();
    }

    /// <summary>
    /// Receives until one whole frame is in the buffer; false, with <see cref="Error"/>, when the link ends or talks nonsense.
    /// </summary>
    private bool FillFrame()
    {
        while (true)
        {
            int have = _end - _start, want = Link.HeaderSize;
            if (have >= Link.HeaderSize)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(_input.AsSpan(_start));
                if (length is < 0 or > Link.MaxMessage)
                {
                    Error = "protocol error";
                    return false;
                }
                want += length;
            }
            if (have >= want && have >= Link.HeaderSize) return true;
            if (!Receive(want)) return false;
        }
    }

    private bool Receive(int frame)
    {
        if (_start > 0)
        {
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
        }
        if (_input.Length < frame && _end == _input.Length) Array.Resize(ref _input, _input.Length * 2);
        while (true)
        {
            if (Timeout is { } timeout && !Libc.PollOne(_fd, Libc.POLLIN, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue)))
            {
                Error = Libc.ErrorText(Libc.ETIMEDOUT);
                return false;
            }
            int n = Libc.Recv(_fd, _input.AsSpan(_end));
            if (n > 0)
            {
                _end += n;
                return true;
            }
            if (n < 0 && Libc.Errno == Libc.EINTR) continue;
            Error = n == 0 ? "connection lost" : Libc.ErrorText();
            return false;
        }
    }
}

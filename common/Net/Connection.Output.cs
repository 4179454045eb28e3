using System.Buffers;
using System.Runtime.CompilerServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

public sealed partial class Connection
{
    private byte[]? _out;
    private int _outStart, _outEnd, _drainTo;
    private bool _writable = true, _dirty, _closeWhenSent;
    private Action? _drainer;

    /// <summary>It closes when the output is sent.</summary>
    public bool IsClosing => _closeWhenSent;

    /// <summary>Bytes written and not yet taken by the kernel.</summary>
    public int Unsent => _outEnd - _outStart;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _out.AsSpan(_outEnd);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _out.AsMemory(_outEnd);
    }

    public void Advance(int count)
    {
        _outEnd += count;
        if (_dirty || _fd < 0) return;
        _dirty = true;
        Loop.AtBatchEnd(this);
    }

    /// <summary>Appends bytes to the output; dropped when the connection is closed.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (_fd < 0) return;
        MakeRoom(data.Length);
        data.CopyTo(_out.AsSpan(_outEnd));
        Advance(data.Length);
    }

    private void MakeRoom(int size)
    {
        if (_out == null)
        {
            _out = ArrayPool<byte>.Shared.Rent(Math.Max(size, 4096));
            return;
        }
        if (_out.Length - _outEnd >= size) return;
        int held = Unsent;
        byte[] target = _out.Length - held >= size ? _out : ArrayPool<byte>.Shared.Rent(Math.Max(held + size, _out.Length * 2));
        _out.AsSpan(_outStart, held).CopyTo(target);
        if (target != _out) ArrayPool<byte>.Shared.Return(_out);
        _out = target;
        (_outStart, _outEnd) = (0, held);
    }

    /// <summary>
    /// Rewrites four bytes that were appended and not yet sent (a frame's length); <paramref name="position"/> counts from the first unsent
    /// byte.
    /// </summary>
    public void Patch(int position, int value) => BitConverter.TryWriteBytes(_out.AsSpan(_outStart + position, 4), value);

    /// <summary>Drops what was appended behind the first <paramref name="left"/> unsent bytes.</summary>
    public void TakeBack(int left) => _outEnd = _outStart + left;

    void IBatchEnd.OnBatchEnd()
    {
        _dirty = false;
        Flush();
    }

    /// <summary>Sends what the kernel takes now.</summary>
    public void Flush()
    {
        while (_fd >= 0 && _writable && Unsent > 0)
        {
            ReadOnlySpan<byte> data = _out.AsSpan(_outStart, Unsent);
            int n = Filter != null ? Filter.Send(this, data) : _attached != null ? SendAttached(data) : Loop.Engine.Send(_fd, data);
            if (n > 0)
            {
                _sent += n;
                _outStart += n;
                continue;
            }
            switch (n == 0 ? Errno.EPIPE : Errno.Last)
            {
                case Errno.EINTR:
                    break;
                case Errno.EAGAIN:
                    _writable = false;
                    Loop.Rewatch(_fd, InputEvents | Epoll.EPOLLOUT);
                    break;
                case Errno.ENOMEM or Errno.ENOBUFS:
                    _writable = false;
                    Loop.After(MemoryRetry, SendAgain);
                    break;
                default:
                    Error = n == 0 ? Errno.EPIPE : Errno.Last;
                    CloseNow();
                    return;
            }
        }
        if (Unsent == 0) ReleaseOutput();
        if (_closeWhenSent && Unsent == 0) CloseNow();
        else if (_drainer != null && Unsent <= _drainTo) ResumeDrainer();
    }

    private void SendAgain()
    {
        _writable = true;
        Flush();
    }

    private void ReleaseOutput()
    {
        if (_out != null) ArrayPool<byte>.Shared.Return(_out);
        _out = null;
        _outStart = _outEnd = 0;
    }

    private void ResumeDrainer()
    {
        Action? drainer = _drainer;
        _drainer = null;
        drainer?.Invoke();
    }

    /// <summary>Waits until no more than <paramref name="left"/> bytes of output are unsent; false when the connection is closed.</summary>
    public DrainAwaiter DrainAsync(int left = 0)
    {
        if (Unsent > left) Flush();
        _drainTo = left;
        return new DrainAwaiter(this);
    }

    /// <summary>Awaits output; see <see cref="DrainAsync"/>.</summary>
    public readonly struct DrainAwaiter(Connection connection) : ICriticalNotifyCompletion
    {
        public DrainAwaiter GetAwaiter() => this;
        public bool IsCompleted => connection._fd < 0 || connection.Unsent <= connection._drainTo;
        public bool GetResult() => connection._fd >= 0;
        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);
        public void UnsafeOnCompleted(Action continuation) => connection._drainer = continuation;
    }

    /// <summary>Sends the rest of the output, at most for <paramref name="timeout"/> (10 s), then closes.</summary>
    public void CloseAfterFlush(TimeSpan? timeout = null)
    {
        if (_fd < 0) return;
        _closeWhenSent = true;
        SetDeadline(timeout ?? TimeSpan.FromSeconds(10));
        Flush();
    }
}

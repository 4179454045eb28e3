using System.Runtime.CompilerServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

public sealed partial class Connection
{
    private const int FirstOutput = 4096;
    private ConnectionBuffer _out;
    private int _drainTo;
    private bool _writable = true, _dirty, _closeWhenSent;
    private Action? _drainer;

    /// <summary>It closes when the output is sent.</summary>
    public bool IsClosing => _closeWhenSent;

    /// <summary>What is written from now on waits for the next output that does not, or for <see cref="Flush"/>.</summary>
    public bool HoldsOutput { get; set; }

    /// <summary>Bytes written and not yet taken by the kernel.</summary>
    public int Unsent => _out.Length;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        _out.Reserve(Math.Max(sizeHint, 1), FirstOutput);
        return _out.Room;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _out.Reserve(Math.Max(sizeHint, 1), FirstOutput);
        return _out.RoomMemory;
    }

    public void Advance(int count)
    {
        _out.Append(count);
        if (_dirty || HoldsOutput || _fd < 0) return;
        _dirty = true;
        Loop.AtBatchEnd(this);
    }

    /// <summary>Appends bytes to the output; dropped when the connection is closed.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (_fd < 0) return;
        _out.Reserve(data.Length, FirstOutput);
        data.CopyTo(_out.Room);
        Advance(data.Length);
    }

    /// <summary>
    /// Appends bytes with descriptors, which arrive no later than the first of the bytes. They are duplicated at once: the caller's own may
    /// be closed. False: they cannot be.
    /// </summary>
    public bool TryWrite(ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        if (_fd < 0 || !(_descriptors ??= new PassedDescriptors()).TryAttach(descriptors, Unsent)) return false;
        Write(data);
        return true;
    }

    /// <summary>Takes descriptors from the peer, as long as not too many of them are unclaimed.</summary>
    public void TakeDescriptors() => (_descriptors ??= new PassedDescriptors()).Takes = true;

    /// <summary>Descriptors that came and were not claimed.</summary>
    public int UnclaimedDescriptors => _descriptors?.Unclaimed ?? 0;

    /// <summary>Claims descriptors in the order in which they came; the caller owns them. There must be so many.</summary>
    public FileDescriptor[] ClaimDescriptors(int count) => _descriptors!.Claim(count);

    /// <summary>
    /// Rewrites four bytes that were appended and not yet sent (a frame's length); <paramref name="position"/> counts from the first unsent
    /// byte.
    /// </summary>
    public void Patch(int position, int value) => BitConverter.TryWriteBytes(_out.Held.Slice(position, 4), value);

    /// <summary>Takes back all that is not sent yet.</summary>
    public byte[] TakeUnsent()
    {
        byte[] taken = _out.Held.ToArray();
        _out.Release();
        return taken;
    }

    /// <summary>Drops what was appended behind the first <paramref name="left"/> unsent bytes.</summary>
    public void TakeBack(int left) => _out.Truncate(left);

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
            ReadOnlySpan<byte> data = _out.Held;
            int n = Filter != null ? Filter.Send(this, data)
                : _descriptors is { HasAttached: true } descriptors ? descriptors.Send(Loop, _fd, data) : Loop.Engine.Send(_fd, data);
            if (n > 0)
            {
                _descriptors?.CountSent(n);
                _out.Drop(n);
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
        if (Unsent == 0) _out.Release();
        if (_closeWhenSent && Unsent == 0) CloseNow();
        else if (_drainer != null && Unsent <= _drainTo) ResumeDrainer();
    }

    private void SendAgain()
    {
        _writable = true;
        Flush();
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

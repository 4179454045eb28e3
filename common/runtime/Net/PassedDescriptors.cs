using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Descriptors that go along with the bytes of a Unix socket. They are taken only where that was asked for; elsewhere the kernel drops what
/// a peer attaches. Owns those that wait to be sent and those that nobody has claimed.
/// </summary>
internal sealed class PassedDescriptors
{
    /// <summary>Those of the next frames may come along with a frame that is not complete yet.</summary>
    private const int MaxUnclaimed = 4 * Sockets.MaxDescriptors;
    private readonly Queue<FileDescriptor> _received = new();
    // By the place in the output, counted in bytes sent since this object is there.
    private readonly Queue<(long At, FileDescriptor[] Descriptors)> _attached = new();
    private long _sent;

    /// <summary>Descriptors are taken from the peer.</summary>
    public bool Takes { get; set; }

    /// <summary>Some wait to be sent.</summary>
    public bool HasAttached => _attached.Count > 0;

    /// <summary>Descriptors that came and were not claimed.</summary>
    public int Unclaimed => _received.Count;

    /// <summary>Claims descriptors in the order in which they came; the caller owns them. There must be so many.</summary>
    public FileDescriptor[] Claim(int count)
    {
        FileDescriptor[] claimed = new FileDescriptor[count];
        for (int i = 0; i < count; i++) claimed[i] = _received.Dequeue();
        return claimed;
    }

    /// <summary>Attaches copies to the bytes that are written next. False: they cannot be duplicated.</summary>
    /// <param name="unsent">Bytes of output in front of these.</param>
    public bool TryAttach(ReadOnlySpan<int> descriptors, int unsent)
    {
        FileDescriptor[] copies = new FileDescriptor[descriptors.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            if (FileDescriptor.From(FileIO.Duplicate(descriptors[i])) is not { } copy)
            {
                FileDescriptor.DisposeAll(copies.AsSpan(0, i));
                return false;
            }
            copies[i] = copy;
        }
        _attached.Enqueue((_sent + unsent, copies));
        return true;
    }

    /// <summary>Bytes went out.</summary>
    public void CountSent(int count) => _sent += count;

    /// <summary>Sends up to the next place where descriptors go along, or from there with them, and never beyond the place after.</summary>
    public int Send(EventLoop loop, int fd, ReadOnlySpan<byte> data)
    {
        (long at, FileDescriptor[] descriptors) = _attached.Peek();
        if (at > _sent) return loop.Engine.Send(fd, data[..(int)Math.Min(at - _sent, data.Length)]);
        if (_attached.Count > 1) data = data[..(int)Math.Min(_attached.ElementAt(1).At - _sent, data.Length)];
        Span<int> numbers = stackalloc int[descriptors.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = descriptors[i].Fd;
        int n = Sockets.SendWithDescriptors(fd, data, numbers);
        if (n <= 0) return n;
        _attached.Dequeue();
        FileDescriptor.DisposeAll(descriptors);
        return n;
    }

    /// <summary>Receives bytes and descriptors. Too many of those end the connection.</summary>
    /// <param name="came">Descriptors came along.</param>
    public int Receive(int fd, Span<byte> room, out bool came)
    {
        Span<int> descriptors = stackalloc int[Sockets.MaxDescriptors];
        int n = Sockets.ReceiveWithDescriptors(fd, room, descriptors, out int count);
        came = count != 0;
        for (int i = 0; i < count; i++) _received.Enqueue(new FileDescriptor(descriptors[i]));
        if (count >= 0 && _received.Count <= MaxUnclaimed) return n;
        Marshal.SetLastPInvokeError(Errno.EPROTO);
        return -1;
    }

    /// <summary>Closes all that is left.</summary>
    public void Close()
    {
        while (_received.TryDequeue(out FileDescriptor? received)) received.Dispose();
        while (_attached.TryDequeue(out (long At, FileDescriptor[] Descriptors) next)) FileDescriptor.DisposeAll(next.Descriptors);
    }
}

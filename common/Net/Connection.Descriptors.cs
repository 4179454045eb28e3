using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Descriptors that go along with the bytes of a Unix socket. They are taken only where that was asked for; elsewhere the kernel drops what
/// a peer attaches. Whatever nobody has claimed is closed with the connection.
/// </summary>
public sealed partial class Connection
{
    /// <summary>Those of the next frames may come along with a frame that is not complete yet.</summary>
    private const int MaxUnclaimed = 4 * Sockets.MaxDescriptors;
    private Queue<FileDescriptor>? _received;
    private List<(long At, FileDescriptor[] Descriptors)>? _attached;
    private long _sent;

    /// <summary>Takes descriptors from the peer, as long as not too many of them are unclaimed.</summary>
    public void TakeDescriptors() => _received ??= new Queue<FileDescriptor>();

    /// <summary>Descriptors that came and were not claimed.</summary>
    public int UnclaimedDescriptors => _received?.Count ?? 0;

    /// <summary>Claims descriptors in the order in which they came; the caller owns them. There must be so many.</summary>
    public FileDescriptor[] ClaimDescriptors(int count)
    {
        FileDescriptor[] claimed = new FileDescriptor[count];
        for (int i = 0; i < count; i++) claimed[i] = _received!.Dequeue();
        return claimed;
    }

    /// <summary>
    /// Appends bytes with descriptors, which arrive no later than the first of the bytes. They are duplicated at once: the caller's own may
    /// be closed. False: they cannot be.
    /// </summary>
    public bool TryWrite(ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        if (_fd < 0) return false;
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
        (_attached ??= []).Add((_sent + Unsent, copies));
        Write(data);
        return true;
    }

    /// <summary>Sends up to the next place where descriptors go along, or from there with them, and never beyond the place after.</summary>
    private int SendAttached(ReadOnlySpan<byte> data)
    {
        (long at, FileDescriptor[] descriptors) = _attached![0];
        if (at > _sent) return Loop.Engine.Send(_fd, data[..(int)Math.Min(at - _sent, data.Length)]);
        if (_attached.Count > 1) data = data[..(int)Math.Min(_attached[1].At - _sent, data.Length)];
        Span<int> numbers = stackalloc int[descriptors.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = descriptors[i].Fd;
        int n = Sockets.SendWithDescriptors(_fd, data, numbers);
        if (n <= 0) return n;
        _attached.RemoveAt(0);
        if (_attached.Count == 0) _attached = null;
        FileDescriptor.DisposeAll(descriptors);
        return n;
    }

    /// <summary>Receives bytes and descriptors. Too many of those end the connection.</summary>
    private int ReceiveAttached(Span<byte> room, out bool came)
    {
        Span<int> descriptors = stackalloc int[Sockets.MaxDescriptors];
        int n = Sockets.ReceiveWithDescriptors(_fd, room, descriptors, out int count);
        came = count != 0;
        for (int i = 0; i < count; i++) _received!.Enqueue(new FileDescriptor(descriptors[i]));
        if (count >= 0 && _received!.Count <= MaxUnclaimed) return n;
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(Errno.EPROTO);
        return -1;
    }

    private void CloseDescriptors()
    {
        while (_received is { Count: > 0 }) _received.Dequeue().Dispose();
        foreach ((_, FileDescriptor[] descriptors) in _attached ?? []) FileDescriptor.DisposeAll(descriptors);
        _attached = null;
    }
}

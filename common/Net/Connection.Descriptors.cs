using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Descriptors that go along with the bytes of a Unix socket. They are taken only where that was asked for; elsewhere the kernel drops what
/// a peer attaches. Whatever nobody has claimed is closed with the connection.
/// </summary>
public sealed partial class Connection
{
    /// <summary>Those of the next frames may come along with a frame that is not complete yet.</summary>
    private const int MaxUnclaimed = 4 * Libc.MaxDescriptors;
    private Queue<int>? _received;
    private List<(long At, int[] Descriptors)>? _attached;
    private long _sent;

    /// <summary>Takes descriptors from the peer, as long as not too many of them are unclaimed.</summary>
    public void TakeDescriptors() => _received ??= new Queue<int>();

    /// <summary>Descriptors that came and were not claimed.</summary>
    public int UnclaimedDescriptors => _received?.Count ?? 0;

    /// <summary>Claims descriptors in the order in which they came; the caller owns them. There must be so many.</summary>
    public int[] ClaimDescriptors(int count)
    {
        int[] claimed = new int[count];
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
        int[] copies = new int[descriptors.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = Libc.Duplicate(descriptors[i]);
            if (copies[i] >= 0) continue;
            CloseAll(copies.AsSpan(0, i));
            return false;
        }
        (_attached ??= []).Add((_sent + Unsent, copies));
        Write(data);
        return true;
    }

    /// <summary>Sends up to the next place where descriptors go along, or from there with them, and never beyond the place after.</summary>
    private int SendAttached(ReadOnlySpan<byte> data)
    {
        (long at, int[] descriptors) = _attached![0];
        if (at > _sent) return Loop.Engine.Send(_fd, data[..(int)Math.Min(at - _sent, data.Length)]);
        if (_attached.Count > 1) data = data[..(int)Math.Min(_attached[1].At - _sent, data.Length)];
        int n = Libc.SendWithDescriptors(_fd, data, descriptors);
        if (n <= 0) return n;
        _attached.RemoveAt(0);
        if (_attached.Count == 0) _attached = null;
        CloseAll(descriptors);
        return n;
    }

    /// <summary>Receives bytes and descriptors. Too many of those end the connection.</summary>
    private int ReceiveAttached(Span<byte> room, out bool came)
    {
        Span<int> descriptors = stackalloc int[Libc.MaxDescriptors];
        int n = Libc.ReceiveWithDescriptors(_fd, room, descriptors, out int count);
        came = count != 0;
        for (int i = 0; i < count; i++) _received!.Enqueue(descriptors[i]);
        if (count >= 0 && _received!.Count <= MaxUnclaimed) return n;
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(Libc.EPROTO);
        return -1;
    }

    private void CloseDescriptors()
    {
        while (_received is { Count: > 0 }) _ = Libc.Close(_received.Dequeue());
        foreach ((_, int[] descriptors) in _attached ?? []) CloseAll(descriptors);
        _attached = null;
    }

    private static void CloseAll(ReadOnlySpan<int> descriptors)
    {
        foreach (int fd in descriptors) _ = Libc.Close(fd);
    }
}

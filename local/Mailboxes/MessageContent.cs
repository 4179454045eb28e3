using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// The content of a queued message (LF line ends), read with pread(2) in pieces of 64K into buffers of the thread. The first piece is kept
/// for the whole delivery, with room before it, so that a small message is read once and written, headers and all, by one call. An instance
/// belongs to one thread; a thread has one at a time.
/// </summary>
public sealed class MessageContent
{
    public const int PieceSize = 65536, Headroom = 8192;

    [ThreadStatic] private static byte[]? t_first;
    [ThreadStatic] private static byte[]? t_next;

    private readonly int _file;
    private readonly ContentSegments _content;
    private readonly byte[] _first = t_first ??= new byte[Headroom + PieceSize];
    private int _firstLength = -1;

    /// <param name="file">Descriptor of the queue file; stays the caller's.</param>
    /// <param name="content">Where the content lies in it.</param>
    public MessageContent(int file, ContentSegments content) => (_file, _content) = (file, content);

    public long Length => _content.Length;

    /// <summary>The first piece; valid after <see cref="TryLoad"/>.</summary>
    public ReadOnlySpan<byte> First => _first.AsSpan(Headroom, _firstLength);

    /// <summary>Reads the first piece unless it is there; false with errno set.</summary>
    public bool TryLoad(out int errno)
    {
        errno = 0;
        if (_firstLength >= 0) return true;
        int wanted = (int)Math.Min(Length, PieceSize);
        if (!TryFill(_first.AsSpan(Headroom, wanted), 0, out errno)) return false;
        _firstLength = wanted;
        return true;
    }

    /// <summary>The first piece with bytes put before it (at most <see cref="Headroom"/> of them).</summary>
    public ReadOnlySpan<byte> FirstAfter(ReadOnlySpan<byte> headers)
    {
        int start = Headroom - headers.Length;
        headers.CopyTo(_first.AsSpan(start));
        return _first.AsSpan(start, headers.Length + _firstLength);
    }

    /// <summary>
    /// The piece that starts at a position (0: the first). Valid until the next call. False with errno set; a file that is shorter than the
    /// queue manager said counts as an I/O error.
    /// </summary>
    public bool TryPiece(long position, out ReadOnlySpan<byte> piece, out int errno)
    {
        piece = default;
        if (position == 0)
        {
            if (!TryLoad(out errno)) return false;
            piece = First;
            return true;
        }
        byte[] buffer = t_next ??= new byte[PieceSize];
        Span<byte> target = buffer.AsSpan(0, (int)Math.Min(Length - position, PieceSize));
        if (!TryFill(target, position, out errno)) return false;
        piece = target;
        return true;
    }

    private bool TryFill(Span<byte> target, long position, out int errno)
    {
        errno = 0;
        while (target.Length > 0)
        {
            int n = _content.Read(_file, target, position);
            if (n > 0)
            {
                target = target[n..];
                position += n;
                continue;
            }
            if (n < 0 && Errno.Last == Errno.EINTR) continue;
            errno = n < 0 ? Errno.Last : Errno.EIO;
            return false;
        }
        return true;
    }
}

using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// Where the content of a message lies in its queue file, bytes from the start of the file: the header section, with the empty line that
/// ends it, and the body. Read in this order they are the message; they need not stand in this order, or side by side. A writer that does
/// not look for the header section (maildrop) leaves it empty and calls everything body.
/// </summary>
public readonly record struct ContentSegments(long HeaderOffset, long HeaderLength, long BodyOffset, long BodyLength)
{
    /// <summary>Bytes of content.</summary>
    public long Length => HeaderLength + BodyLength;

    /// <summary>The body follows the header section, so that both can be read by one call.</summary>
    public bool IsContiguous => HeaderOffset + HeaderLength == BodyOffset;

    /// <summary>The smallest file that has all of it, bytes.</summary>
    public long End => Math.Max(HeaderOffset + HeaderLength, BodyOffset + BodyLength);

    /// <summary>Content in one piece, where the end of the header section is unknown.</summary>
    public static ContentSegments InOnePiece(long offset, long length) => new(offset, 0, offset, length);

    /// <summary>
    /// Reads content with pread(2), never beyond its end. Returns the number of bytes, which may be less than wanted where a segment ends;
    /// 0 at the end; -1 with errno set.
    /// </summary>
    /// <param name="fd">The queue file.</param>
    /// <param name="position">Where to read, bytes from the start of the content.</param>
    public int Read(int fd, Span<byte> buffer, long position)
    {
        bool inHeader = position < HeaderLength;
        long left = inHeader && !IsContiguous ? HeaderLength - position : Length - position;
        if (left <= 0) return 0;
        if (buffer.Length > left) buffer = buffer[..(int)left];
        return FileIO.PRead(fd, buffer, inHeader ? HeaderOffset + position : BodyOffset + position - HeaderLength);
    }
}

using System.Buffers;
using System.Text;

namespace MtaSuite.Bounce;

/// <summary>
/// What must be known of the original before the first byte of a notice is written: how much of it goes in, whether that holds 8-bit bytes,
/// and its Message-ID.
/// </summary>
internal readonly record struct ContentScan(long Length, bool IsWhole, bool HasEightBitHeader, bool HasEightBit, bool HasBoundary,
    string MessageId)
{
    /// <summary>A header is searched for its end this far; a longer one is returned up to here.</summary>
    private const int HeaderWindow = 128 * 1024;

    /// <param name="wantsBody">Return the whole message if it is not longer than the limit; otherwise the header.</param>
    /// <param name="boundary">Text that must not be in what is returned.</param>
    public static ContentScan Run(OriginalContent content, bool wantsBody, long limit, string boundary)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HeaderWindow);
        try
        {
            int filled = Fill(content, buffer.AsSpan(0, HeaderWindow));
            ReadOnlySpan<byte> header = buffer.AsSpan(0, HeaderLength(buffer.AsSpan(0, filled)));
            bool whole = wantsBody && content.Length <= limit;
            if (!whole && header.Length > limit) header = header[..(header[..(int)Math.Max(0, limit)].LastIndexOf((byte)'\n') + 1)];
            bool eightBitHeader = !Ascii.IsValid(header);
            long length = whole ? content.Length : header.Length;
            string messageId = MessageIdOf(header);
            (bool eightBit, bool hasBoundary) = Search(content, length, Encoding.ASCII.GetBytes(boundary), buffer);
            return new ContentScan(length, whole, eightBitHeader, eightBit, hasBoundary, messageId);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Fill(OriginalContent content, Span<byte> buffer)
    {
        int filled = 0, n;
        while (filled < buffer.Length && (n = content.Read(filled, buffer[filled..])) > 0) filled += n;
        return filled;
    }

    /// <summary>The bytes before the empty line that ends the header; without one, up to the last whole line.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int length = text[at..].IndexOf((byte)'\n');
            if (length < 0) return text.Length < HeaderWindow ? text.Length : at;
            if (length == 0 || (length == 1 && text[at] == '\r')) return at;
            at += length + 1;
        }
        return at;
    }

    /// <summary>The value of the first Message-ID field, if it is one msg-id on one line (it may be folded before); else empty.</summary>
    private static string MessageIdOf(ReadOnlySpan<byte> header)
    {
        while (!header.IsEmpty)
        {
            int end = FieldEnd(header);
            ReadOnlySpan<byte> field = header[..end];
            header = header[end..];
            int colon = field.IndexOf((byte)':');
            if (colon < 0 || !Ascii.EqualsIgnoreCase(field[..colon].TrimEnd(" \t"u8), "message-id"u8)) continue;
            ReadOnlySpan<byte> value = field[(colon + 1)..].Trim(" \t\r\n"u8);
            bool good = value.Length is > 2 and < 900 && value[0] == '<' && value[^1] == '>'
                && value.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) < 0;
            return good ? Encoding.ASCII.GetString(value) : "";
        }
        return "";
    }

    /// <summary>The end of the first field with its continuation lines.</summary>
    private static int FieldEnd(ReadOnlySpan<byte> header)
    {
        int end = 0;
        while (true)
        {
            int length = header[end..].IndexOf((byte)'\n');
            if (length < 0) return header.Length;
            end += length + 1;
            if (end >= header.Length || header[end] is not ((byte)' ' or (byte)'\t')) return end;
        }
    }

    private static (bool EightBit, bool Boundary) Search(OriginalContent content, long length, byte[] boundary, byte[] buffer)
    {
        bool eightBit = false, found = false;
        int kept = 0;
        for (long at = 0; at < length;)
        {
            int n = content.Read(at, buffer.AsSpan(kept, (int)Math.Min(buffer.Length - kept, length - at)));
            if (n <= 0) break;
            at += n;
            eightBit |= !Ascii.IsValid(buffer.AsSpan(kept, n));
            ReadOnlySpan<byte> text = buffer.AsSpan(0, kept + n);
            found |= text.IndexOf(boundary) >= 0;
            // the boundary may lie across two reads
            kept = Math.Min(text.Length, boundary.Length - 1);
            text[^kept..].CopyTo(buffer);
        }
        return (eightBit, found);
    }
}

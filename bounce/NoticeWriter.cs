using System.Buffers;
using System.Text;

namespace MtaSuite.Bounce;

/// <summary>
/// Collects the bytes of a notice. All text that goes through <see cref="Field"/> and <see cref="Paragraph"/> is cleaned, so that no value
/// can begin a line of its own. Lines stay below 998 bytes (RFC 5322 2.1.1).
/// </summary>
internal sealed class NoticeWriter
{
    /// <summary>Characters after which text is folded.</summary>
    private const int Width = 78;
    /// <summary>Most characters without a fold: three bytes each, it stays below 998.</summary>
    private const int HardWidth = 320;
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);

    public int Length => _buffer.WrittenCount;
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Reset() => _buffer.ResetWrittenCount();

    public void Raw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void LineEnd() => _buffer.Write("\n"u8);

    /// <summary>A line of our own making: nothing of others may be in it.</summary>
    public void Line(string text = "")
    {
        Encoding.UTF8.GetBytes(text, _buffer);
        LineEnd();
    }

    /// <summary>A header field. Folded at white space when long; an unbroken value only where it must be.</summary>
    /// <param name="ascii">Write what is not ASCII as \x{...}.</param>
    public void Field(string name, string value, bool ascii = true)
    {
        value = NoticeText.Clean(value);
        if (ascii) value = NoticeText.ToAscii(value);
        Folded($"{name}: ", value, Width);
    }

    /// <summary>A header field that holds an address, whose white space counts: folded only where it must be.</summary>
    public void AddressField(string name, string value) => Folded($"{name}: ", NoticeText.Clean(value), HardWidth);

    /// <summary>Text for people: wrapped, with all lines but the first one indented.</summary>
    public void Paragraph(string text, bool ascii)
    {
        text = NoticeText.Clean(text);
        Folded("", ascii ? NoticeText.ToAscii(text) : text, Width);
    }

    private void Folded(string start, string text, int width)
    {
        const string indent = "    ";
        Encoding.UTF8.GetBytes(start, _buffer);
        int room = width - start.Length;
        ReadOnlySpan<char> rest = text.AsSpan().Trim(' ');
        while (rest.Length > room)
        {
            (int cut, int next) = Break(rest, room);
            Encoding.UTF8.GetBytes(rest[..cut].TrimEnd(' '), _buffer);
            // a line of nothing but spaces would end a header, so none starts with spaces of the text
            rest = rest[next..].TrimStart(' ');
            if (rest.IsEmpty) break;
            LineEnd();
            Encoding.UTF8.GetBytes(indent, _buffer);
            room = width - indent.Length;
        }
        Encoding.UTF8.GetBytes(rest, _buffer);
        LineEnd();
    }

    /// <summary>
    /// Where to end the line, and where the next one starts: at the last space that fits, else at the first one, else at the hard limit.
    /// </summary>
    private static (int Cut, int Next) Break(ReadOnlySpan<char> text, int room)
    {
        int space = text[..(room + 1)].LastIndexOf(' ');
        if (space < 0) space = text.IndexOf(' ');
        int cut = space < 0 ? text.Length : space;
        if (cut <= HardWidth) return (cut, Math.Min(cut + 1, text.Length));
        cut = char.IsHighSurrogate(text[HardWidth - 1]) ? HardWidth - 1 : HardWidth;
        return (cut, cut);
    }
}

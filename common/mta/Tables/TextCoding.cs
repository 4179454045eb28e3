using System.Text;

namespace MtaSuite.Common.Tables;

/// <summary>Between the bytes in a table's file and strings, by <see cref="TableOptions.Utf8"/>.</summary>
internal static class TextCoding
{
    private static readonly UTF8Encoding Strict = new(false, true);

    public static byte[] Encode(string text, bool utf8) => (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text);

    /// <summary>Encodes into a buffer of at least <see cref="MaxLength"/> bytes; returns how many it took.</summary>
    public static int Encode(string text, bool utf8, Span<byte> buffer) => (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text, buffer);

    /// <summary>The most bytes that a text can take.</summary>
    public static int MaxLength(string text) => Encoding.UTF8.GetMaxByteCount(text.Length);

    /// <summary>Null when the bytes are not UTF-8 though they should be.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, bool utf8)
    {
        if (!utf8) return Encoding.Latin1.GetString(bytes);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Strict.GetString(bytes) : null;
    }
}

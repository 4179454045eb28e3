using System.Text;

namespace MtaSuite.Common.Tables;

/// <summary>Between the bytes in a table's file and strings, by <see cref="TableOptions.Utf8"/>.</summary>
internal static class TextCoding
{
    private static readonly UTF8Encoding Strict = new(false, true);

    public static byte[] Encode(string text, bool utf8) => (utf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text);

    /// <summary>Encodes into the buffer where it is long enough, else into a new array.</summary>
    public static ReadOnlySpan<byte> Encode(string text, bool utf8, Span<byte> buffer)
    {
        Encoding encoding = utf8 ? Encoding.UTF8 : Encoding.Latin1;
        return encoding.TryGetBytes(text, buffer, out int length) ? buffer[..length] : encoding.GetBytes(text);
    }

    /// <summary>Null when the bytes are not UTF-8 though they should be.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, bool utf8)
    {
        if (!utf8) return Encoding.Latin1.GetString(bytes);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Strict.GetString(bytes) : null;
    }

    /// <summary>For messages: what is not printable ASCII becomes a question mark.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        bool valid = System.Text.Unicode.Utf8.IsValid(bytes);
        return string.Create(valid ? Encoding.UTF8.GetCharCount(bytes) : bytes.Length, bytes, (target, source) =>
        {
            if (valid) Encoding.UTF8.GetChars(source, target);
            else Encoding.Latin1.GetChars(source, target);
            for (int i = 0; i < target.Length; i++)
                if (char.IsControl(target[i]) || (!valid && target[i] > '~')) target[i] = '?';
        });
    }
}

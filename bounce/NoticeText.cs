using System.Globalization;
using System.Text;
using MtaSuite.Common.Log;

namespace MtaSuite.Bounce;

/// <summary>Makes text of others fit for a notice: no control characters, no line breaks, ASCII where the part must be ASCII.</summary>
internal static class NoticeText
{
    /// <summary>
    /// White space and line breaks of any script become one space each, other control characters and lone surrogates a question mark.
    /// </summary>
    public static string Clean(string text)
    {
        StringBuilder? clean = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            char safe = c is '\t' or '\r' or '\n' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' ? ' ' :
                Printable.IsUnsafe(text, i) ? '?' : c;
            if (safe != c) clean ??= new StringBuilder(text);
            if (clean is not null) clean[i] = safe;
        }
        return clean?.ToString() ?? text;
    }

    /// <summary>Writes what is not ASCII as RFC 6533 3 does in 7-bit fields: EmbeddedUnicodeChar = "\x{" HEXPOINT "}".</summary>
    public static string ToAscii(string text)
    {
        if (Ascii.IsValid(text)) return text;
        StringBuilder ascii = new(text.Length + 32);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii) ascii.Append((char)rune.Value);
            else Embed(ascii, rune);
        }
        return ascii.ToString();
    }

    private static void Embed(StringBuilder text, Rune rune) =>
        text.Append("\\x{").Append(rune.Value.ToString("X2", CultureInfo.InvariantCulture)).Append('}');
}

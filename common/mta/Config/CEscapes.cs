using System.Text;

namespace MtaSuite.Common.Config;

/// <summary>
/// Escapes of C in values:
/// <code>
/// escape = "\" ( "a" / "b" / "f" / "n" / "r" / "t" / "v" / "\" / 1*3OCTAL / any )
/// </code>
/// Any other character stands for itself. A backslash at the end is none.
/// </summary>
public static class CEscapes
{
    private const string Letters = "abfnrtv\\", Characters = "\a\b\f\n\r\t\v\\";

    /// <summary>A text without its escapes.</summary>
    /// <param name="octalMask">The bits that count of three octal digits.</param>
    /// <param name="keepsUnknown">The backslash before any other character stays.</param>
    public static string Decode(string text, int octalMask, bool keepsUnknown = false)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool escapes = text[i] == '\\' && i + 1 < text.Length;
            if (escapes && keepsUnknown && !IsOctal(text[i + 1]) && !Letters.Contains(text[i + 1])) result.Append('\\').Append(text[++i]);
            else result.Append(escapes ? Read(text, ref i, octalMask) : text[i]);
        }
        return result.ToString();
    }

    /// <summary>Reads one escape.</summary>
    /// <param name="at">Of its backslash, which is not the last character; left at the last one of the escape.</param>
    public static char Read(string text, ref int at, int octalMask)
    {
        int letter = Letters.IndexOf(text[++at]);
        if (letter >= 0) return Characters[letter];
        if (!IsOctal(text[at])) return text[at];
        int value = text[at] - '0';
        for (int digits = 1; digits < 3 && at + 1 < text.Length && IsOctal(text[at + 1]); digits++) value = value * 8 + (text[++at] - '0');
        return (char)(value & octalMask);
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}

using System.Text;

namespace MtaSuite.Common.Mail;

/// <summary>Full names as phrases of headers we write.</summary>
public static class EncodedWord
{
    // RFC 2047 2: an encoded-word is at most 75 characters long.
    private const int MaxLength = 75;

    /// <summary>
    /// A display name for "From: name &lt;address&gt;": as it is when it is made of atoms, quoted when it has specials, and as RFC 2047
    /// encoded-words ("Q", RFC 2047 5 (3) for phrases) when it is not ASCII. Control characters become spaces.
    /// </summary>
    /// <param name="charset">full_name_encoding_charset; empty: never encode, write the text as it is in quotes.</param>
    public static string Phrase(string name, string charset = "utf-8")
    {
        string clean = Clean(name);
        if (clean.Length == 0) return "";
        if (!Ascii.IsValid(clean) && charset.Length > 0) return Encode(clean, charset);
        bool atoms = true;
        foreach (char c in clean)
            if (!IsAtomText(c) && c != ' ') { atoms = false; break; }
        return atoms ? clean : "\"" + clean.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            + "\"";
    }

    /// <summary>
    /// encoded-word = "=?" charset "?Q?" encoded-text "?=". Several are separated by a fold; a character is never split (RFC 2047 5).
    /// </summary>
    private static string Encode(string text, string charset)
    {
        Encoding encoding = charset.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : Encoding.UTF8;
        var result = new StringBuilder();
        string open = $"=?{charset}?Q?";
        int room = 0;
        Span<byte> bytes = stackalloc byte[8];
        Span<char> encoded = stackalloc char[24];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int length = EncodeRune(rune, encoding, bytes, encoded);
            if (length > room)
            {
                if (result.Length > 0) result.Append("?=\n ");
                result.Append(open);
                room = MaxLength - open.Length - 2;
            }
            result.Append(encoded[..length]);
            room -= length;
        }
        return result.Append("?=").ToString();
    }

    private static int EncodeRune(Rune rune, Encoding encoding, Span<byte> bytes, Span<char> encoded)
    {
        if (rune.Value == ' ') { encoded[0] = '_'; return 1; }
        if (rune.IsAscii
            && (char.IsAsciiLetterOrDigit((char)rune.Value) || "!*+-/".Contains((char)rune.Value)))
        {
            encoded[0] = (char)rune.Value;
            return 1;
        }
        Span<char> utf16 = stackalloc char[2];
        int count = encoding.GetBytes(utf16[..rune.EncodeToUtf16(utf16)], bytes);
        int length = 0;
        foreach (byte b in bytes[..count])
        {
            encoded[length++] = '=';
            encoded[length++] = Hex.Digit(b >> 4);
            encoded[length++] = Hex.Digit(b & 15);
        }
        return length;
    }

    private static string Clean(string name)
    {
        var text = new ValueText(stackalloc char[128]);
        foreach (char c in name.Trim()) text.Append(char.IsControl(c) ? ' ' : c);
        return text.ToStringAndFree();
    }

    private static bool IsAtomText(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c);
}

internal static class Hex
{
    public static char Digit(int nibble) => "0123456789ABCDEF"[nibble];

    /// <summary>The value of a hexadecimal digit, -1 when it is none.</summary>
    public static int Value(int c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'A' and <= 'F' => c - 'A' + 10,
        >= 'a' and <= 'f' => c - 'a' + 10,
        _ => -1,
    };
}

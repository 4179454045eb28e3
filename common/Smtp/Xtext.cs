using System.Text;

namespace MtaSuite.Common.Smtp;

/// <summary>
/// xtext of RFC 3461 4: xtext = *( xchar / hexchar ), xchar = any of "!" (33) to "~" (126) but "+" and "=", hexchar = "+" and two
/// capital hexadecimal digits; and utf-8-addr-xtext of RFC 6533 3 for ORCPT=utf-8;.
/// </summary>
public static class Xtext
{
    /// <summary>Decodes into a text; false when the coding is bad, or the result is not valid UTF-8 or holds a control character (NUL too).</summary>
    public static bool TryDecode(ReadOnlySpan<byte> input, out string text)
    {
        text = "";
        Span<byte> buffer = input.Length <= 1024 ? stackalloc byte[input.Length] : new byte[input.Length];
        int length = 0;
        for (int i = 0; i < input.Length; i++)
        {
            byte b = input[i];
            if (b == '+')
            {
                if (i + 2 >= input.Length || !TryHex(input[i + 1], out int high) || !TryHex(input[i + 2], out int low)) return false;
                b = (byte)(high << 4 | low);
                i += 2;
            }
            buffer[length++] = b;
        }
        return TryText(buffer[..length], out text);
    }

    /// <summary>
    /// RFC 6533 3: EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"; everything else is as in xtext, with UTF-8 allowed unencoded
    /// (utf-8-addr-unitext).
    /// </summary>
    public static bool TryDecodeUnicode(ReadOnlySpan<byte> input, out string text)
    {
        text = "";
        Span<byte> buffer = input.Length <= 1024 ? stackalloc byte[input.Length] : new byte[input.Length];
        int length = 0;
        while (!input.IsEmpty)
        {
            if (!input.StartsWith("\\x{"u8))
            {
                if (input[0] == '\\') return false;
                buffer[length++] = input[0];
                input = input[1..];
                continue;
            }
            int end = input.IndexOf((byte)'}');
            if (end is < 5 or > 9 || !TryPoint(input[3..end], out Rune rune)) return false;
            length += rune.EncodeToUtf8(buffer[length..]);
            input = input[(end + 1)..];
        }
        return TryText(buffer[..length], out text);
    }

    /// <summary>Encodes a text as xtext; bytes of non-ASCII characters are encoded too.</summary>
    public static string Encode(string text)
    {
        StringBuilder result = new(text.Length + 8);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 33 and <= 126 and not (byte)'+' and not (byte)'=') result.Append((char)b);
            else result.Append('+').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return result.ToString();
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (bytes.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || bytes.Contains((byte)0x7F)) return false;
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    private static bool TryPoint(ReadOnlySpan<byte> hex, out Rune rune)
    {
        int value = 0;
        rune = default;
        foreach (byte b in hex)
        {
            if (!TryHex(b, out int digit)) return false;
            value = value << 4 | digit;
        }
        return Rune.TryCreate(value, out rune);
    }

    // RFC 3461 wants capitals; small letters are met in practice and mean the same.
    private static bool TryHex(byte b, out int value)
    {
        value = char.IsAsciiHexDigit((char)b) ? (b | 0x20) is var c && c >= 'a' ? c - 'a' + 10 : b - '0' : 0;
        return char.IsAsciiHexDigit((char)b);
    }
}

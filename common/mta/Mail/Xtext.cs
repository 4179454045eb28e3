using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MtaSuite.Common.Mail;

/// <summary>
/// The encodings of addresses and envelope ids in DSN parameters.
/// <code>
/// RFC 3461 4:  xtext = *( xchar / "+" 2HEXDIG )         xchar = %d33-126 except "+" and "="
/// RFC 6533 3:  utf-8-addr-xtext = 1*( QCHAR / "\x{" HEXPOINT "}" )       utf-8-addr-unitext: the same with bare UTF-8
/// </code>
/// Decoded text holds printable characters and spaces only: an encoded NUL, line break or other control makes the whole invalid.
/// </summary>
public static class Xtext
{
    /// <summary>Encodes a text; characters above 127 become the "+HH" of their UTF-8 bytes.</summary>
    public static string Encode(string text)
    {
        var result = new ValueText(stackalloc char[256]);
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsPlain(rune.Value)) { result.Append((char)rune.Value); continue; }
            foreach (byte b in bytes[..rune.EncodeToUtf8(bytes)])
            {
                result.Append('+');
                result.Append(Hex.Digit(b >> 4));
                result.Append(Hex.Digit(b & 15));
            }
        }
        return result.ToStringAndFree();
    }

    /// <summary>Decodes xtext. False for anything outside the grammar, a control character, or bytes that are not UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out string result)
    {
        result = "";
        if (text.Length > Address.MaxLength) return false;
        Span<byte> bytes = stackalloc byte[Math.Min(text.Length, 512)];
        if (text.Length > bytes.Length) bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int b = text[i];
            if (b == '+')
            {
                if (i + 2 >= text.Length) return false;
                b = (Hex.Value(text[i + 1]) << 4) | Hex.Value(text[i + 2]);
                i += 2;
                if (b is < 32 or 127) return false;
            }
            else if (!IsPlain(b)) return false;
            bytes[length++] = (byte)b;
        }
        if (!Utf8.IsValid(bytes[..length])) return false;
        result = Encoding.UTF8.GetString(bytes[..length]);
        return true;
    }

    /// <summary>Encodes an address as utf-8-addr-xtext, which is ASCII.</summary>
    public static string EncodeUtf8Address(string text) => EncodeUtf8Address(text, bare: false);

    /// <summary>Encodes an address as utf-8-addr-unitext: characters above 127 stay.</summary>
    public static string EncodeUnitext(string text) => EncodeUtf8Address(text, bare: true);

    /// <summary>Decodes utf-8-addr-xtext and utf-8-addr-unitext.</summary>
    public static bool TryDecodeUtf8Address(ReadOnlySpan<byte> text, out string result)
    {
        result = "";
        if (text.Length > Address.MaxLength || !Utf8.IsValid(text)) return false;
        var decoded = new StringBuilder();
        ReadOnlySpan<byte> rest = text;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            if (rune.Value == '\\')
            {
                if (!TryEmbedded(rest, out rune, out used)) return false;
            }
            else if (rune.IsAscii ? !IsPlain(rune.Value) : IsControl(rune)) return false;
            decoded.Append(rune.ToString());
            rest = rest[used..];
        }
        result = decoded.ToString();
        return true;
    }

    private static string EncodeUtf8Address(string text, bool bare)
    {
        var result = new ValueText(stackalloc char[256]);
        Span<char> utf16 = stackalloc char[2];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if ((bare && !rune.IsAscii) || (IsPlain(rune.Value) && rune.Value != '\\')) result.Append(utf16[..rune.EncodeToUtf16(utf16)]);
            else
            {
                result.Append("\\x{");
                result.Append(rune.Value.ToString("X2", CultureInfo.InvariantCulture));
                result.Append('}');
            }
        }
        return result.ToStringAndFree();
    }

    // EmbeddedUnicodeChar = "\x" "{" HEXPOINT "}": 2 to 6 digits.
    private static bool TryEmbedded(ReadOnlySpan<byte> text, out Rune rune, out int used)
    {
        rune = default;
        used = text.IndexOf((byte)'}') + 1;
        if (used is < 6 or > 10 || text[1] != 'x' || text[2] != '{') return false;
        int value = 0;
        foreach (byte b in text[3..(used - 1)])
        {
            int digit = Hex.Value(b);
            if (digit < 0) return false;
            value = (value << 4) | digit;
        }
        return Rune.TryCreate(value, out rune) && !IsControl(rune);
    }

    private static bool IsControl(Rune rune) => rune.Value is < 32 or (>= 127 and < 160);

    private static bool IsPlain(int c) => c is >= 33 and <= 126 and not ('+' or '=');
}

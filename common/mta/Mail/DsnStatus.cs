using System.Globalization;

namespace MtaSuite.Common.Mail;

/// <summary>An enhanced status code (RFC 3463): class 2, 4 or 5, subject and detail 0 to 999. The default value is "no status".</summary>
public readonly record struct DsnStatus(byte Class, short Subject, short Detail)
{
    public bool IsEmpty => Class == 0;
    public bool IsSuccess => Class == 2;
    public bool IsTemporary => Class == 4;
    public bool IsPermanent => Class == 5;

    public override string ToString() => IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $"{Class}.{Subject}.{Detail}");

    /// <summary>The same subject and detail in another class.</summary>
    public DsnStatus WithClass(byte @class) => this with { Class = @class };

    /// <summary>
    /// Reads a status at the start of a text and says how many characters it took.
    /// RFC 3463: status-code = class "." subject "." detail; each of the last two 1*3digit. What follows must be a space or the end.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DsnStatus status, out int length)
    {
        status = default;
        length = 0;
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.') return false;
        int i = 2;
        if (!TryNumber(text, ref i, out short subject) || i >= text.Length || text[i] != '.') return false;
        i++;
        if (!TryNumber(text, ref i, out short detail) || (i < text.Length && text[i] is not (' ' or '\t' or '\r' or '\n'))) return false;
        status = new DsnStatus((byte)(text[0] - '0'), subject, detail);
        length = i;
        return true;
    }

    public static DsnStatus Parse(string text) =>
        TryParse(text, out DsnStatus status, out int length)
        && length == text.Length ? status : throw new FormatException($"not a status code: {text}");

    private static bool TryNumber(ReadOnlySpan<char> text, ref int i, out short value)
    {
        int start = i;
        int v = 0;
        while (i < text.Length && i - start < 3 && char.IsAsciiDigit(text[i])) v = v * 10 + (text[i++] - '0');
        value = (short)v;
        return i > start;
    }
}

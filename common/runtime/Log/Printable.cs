using System.Buffers;
using System.Text;

namespace MtaSuite.Common.Log;

/// <summary>
/// The one rule for untrusted text in logs, listings, notices and messages of commands: what a terminal or a reader could take for
/// something else than
/// text becomes '?'. That are control characters (C0, DEL, C1), the line and paragraph separators, the marks that change the direction of
/// writing (they could show an
/// address as another one), and what is no valid UTF-8. Everything else stays as it is, so that addresses in any script can be read.
/// </summary>
public static class Printable
{
    /// <summary>Unicode 15, 23.2: ALM, LRM, RLM, LRE to RLO, LRI to PDI; and U+2028, U+2029.</summary>
    private static readonly SearchValues<char> s_unsafe = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c))
        + "\u061C\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    /// <summary>The character at this place must not be shown as it is. A half of a surrogate pair alone is none either.</summary>
    public static bool IsUnsafe(ReadOnlySpan<char> text, int at)
    {
        char c = text[at];
        if (char.IsHighSurrogate(c)) return at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]);
        if (char.IsLowSurrogate(c)) return at == 0 || !char.IsHighSurrogate(text[at - 1]);
        return s_unsafe.Contains(c);
    }

    /// <summary>The text as it may be shown on one line; the same object when nothing has to change.</summary>
    public static string Text(string text) => Replace(text, keepLines: false);

    /// <summary>The same for text of several lines, which stay lines.</summary>
    public static string Lines(string text) => Replace(text, keepLines: true);

    private static string Replace(string text, bool keepLines)
    {
        int first = FirstUnsafe(text, keepLines);
        if (first < 0) return text;
        char[] shown = text.ToCharArray();
        for (int i = first; i < shown.Length; i++)
            if (IsUnsafe(text, i) && !(keepLines && shown[i] == '\n')) shown[i] = '?';
        return new string(shown);
    }

    private static int FirstUnsafe(ReadOnlySpan<char> text, bool keepLines)
    {
        // printable ASCII is the rule
        int at = text.IndexOfAnyExceptInRange(' ', '~');
        if (at < 0) return -1;
        for (; at < text.Length; at++)
            if (IsUnsafe(text, at) && !(keepLines && text[at] == '\n')) return at;
        return -1;
    }

    /// <summary>Bytes for a message: as UTF-8 where they are that, otherwise their ASCII part.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Clean(copy);
        return Encoding.UTF8.GetString(copy);
    }

    /// <summary>Replaces in place; each byte of what must not be shown becomes '?'.</summary>
    public static void Clean(Span<byte> utf8)
    {
        while (true)
        {
            int at = utf8.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
            if (at < 0) return;
            utf8 = utf8[at..];
            bool valid = Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) == OperationStatus.Done;
            if (!valid || (rune.IsBmp && s_unsafe.Contains((char)rune.Value))) utf8[..length].Fill((byte)'?');
            utf8 = utf8[length..];
        }
    }
}

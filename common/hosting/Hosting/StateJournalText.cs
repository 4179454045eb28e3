using System.Text;

namespace MtaSuite.Common.Hosting;

/// <summary>Text in a journal's line: backslash, TAB, CR, LF and NUL are written as \\ \t \r \n \0.</summary>
public static class StateJournalText
{
    public static string Escape(string text) => text.AsSpan().IndexOfAny("\\\t\r\n\0") < 0 ? text
        : text.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\r", "\\r").Replace("\n", "\\n").Replace("\0", "\\0");

    public static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\')) return text.ToString();
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length) plain.Append(text[i]);
            else plain.Append(text[++i] switch { 't' => '\t', 'r' => '\r', 'n' => '\n', '0' => '\0', char c => c });
        }
        return plain.ToString();
    }
}

using System.Text;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// Writes words with one space between them; when folding, a line that would reach column 80 goes on, indented, on the next.
/// </summary>
internal sealed class LinePrinter(TextWriter writer, bool fold)
{
    private const int Limit = 80;
    private const string Indent = "    ";

    private int column;

    /// <summary>Writes a whole text with its white space normalized, as one line or several.</summary>
    public static void PrintText(TextWriter writer, bool fold, string text)
    {
        var printer = new LinePrinter(writer, fold);
        foreach (string word in text.Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            printer.Word(word, printer.column > 0 && printer.column + word.Length >= Limit);
        printer.End();
    }

    /// <summary>Writes text as it is.</summary>
    public void Raw(string text)
    {
        writer.Write(text);
        column += text.Length;
    }

    /// <summary>Fills with spaces, at least one, up to a column.</summary>
    public void Pad(int target)
    {
        do Raw(" ");
        while (column < target);
    }

    /// <summary>Writes a word after a space or a line break; <paramref name="length"/> is what decides whether it fits.</summary>
    public void Item(string text, int length) => Word(text, column + 1 + length >= Limit);

    /// <summary>The next word begins a line when folding.</summary>
    public void EndGroup() => column = Limit;

    public void End()
    {
        writer.Write('\n');
        column = 0;
    }

    private void Word(string text, bool full)
    {
        if (column > 0)
        {
            writer.Write(fold && full ? "\n" + Indent : " ");
            column = fold && full ? Indent.Length : column + 1;
        }
        Raw(text);
    }
}

/// <summary>JSON strings: control characters, quotes and backslashes are escaped, all else stays.</summary>
internal static class JsonText
{
    public static void WritePair(TextWriter writer, string name, string value) =>
        writer.Write($"{{\"{Quote(name)}\": \"{Quote(value)}\"}}\n");

    private static string Quote(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
            _ = c switch
            {
                '"' or '\\' => result.Append('\\').Append(c),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                < ' ' or '\x7f' => result.Append($"\\u{(int)c:X4}"),
                _ => result.Append(c),
            };
        return result.ToString();
    }
}

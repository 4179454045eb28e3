using System.Text;

namespace MtaSuite.Common.Config;

/// <summary>A logical line: its text, continuation lines joined, and the numbers of its first and last physical line (from 1).</summary>
public readonly record struct LogicalLine(string Text, int FirstLine, int LastLine);

/// <summary>
/// Splits main.cf, master.cf and tables into logical lines. A line that begins with white space continues the one before it; comments and
/// empty lines vanish, even between a line and its continuation.
/// </summary>
public static class LogicalLines
{
    /// <summary>The logical lines of a text. A continuation line with nothing to continue is left out and reported.</summary>
    public static List<LogicalLine> Split(string text, string file, List<ConfigProblem> problems)
    {
        var lines = new List<LogicalLine>();
        var current = new StringBuilder();
        int first = 0, last = 0, number = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            number++;
            ReadOnlySpan<char> trimmed = line.TrimStart(Space);
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            bool continues = Space.Contains(line[0]);
            if (!continues) Flush(lines, current, first, last);
            else if (current.Length == 0)
            {
                problems.Add(new(Severity.Warning, file, number, $"a line must not start with white space: \"{Shown(trimmed)}\""));
                continue;
            }
            if (current.Length == 0) first = number;
            current.Append(line);
            last = number;
        }
        Flush(lines, current, first, last);
        return lines;
    }

    /// <summary>The characters that are white space in configuration files.</summary>
    public const string Space = " \t\r\n\v\f";

    private static void Flush(List<LogicalLine> lines, StringBuilder current, int first, int last)
    {
        if (current.Length > 0) lines.Add(new(current.ToString(), first, last));
        current.Clear();
    }

    private static string Shown(ReadOnlySpan<char> text) => text.Length <= 30 ? text.ToString() : $"{text[..30]}...";
}

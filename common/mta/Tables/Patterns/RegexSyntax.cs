using System.Text;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>
/// Regular expressions of POSIX (regex(7)) and Perl in the syntax of .NET. What .NET cannot express stays as it is and fails to compile.
/// </summary>
internal static class RegexSyntax
{
    /// <summary>POSIX: basic or extended, with GNU's <c>\w \W \s \S \b \B \&lt; \&gt; \` \'</c> and back references.</summary>
    public static string FromPosix(string source, bool extended)
    {
        StringBuilder target = new();
        for (int i = 0; i < source.Length;)
        {
            char c = source[i++];
            if (c == '[') i = Bracket(source, i, target, escapes: false);
            else if (c == '\\' && i < source.Length) Escape(source[i++], extended, target);
            else if (!extended && c is '(' or ')' or '{' or '}' or '|' or '+' or '?') target.Append('\\').Append(c);
            // an asterisk with nothing to repeat is itself
            else if (!extended && c == '*' && (target.Length == 0 || target is [.., '(' or '^'])) target.Append("\\*");
            else target.Append(c);
        }
        return target.ToString();
    }

    private static void Escape(char c, bool extended, StringBuilder target)
    {
        string text = c switch
        {
            '(' or ')' or '{' or '}' or '|' or '+' or '?' when !extended => c.ToString(),
            '<' or '>' => "\\b",
            '`' => "\\A",
            '\'' => "\\z",
            'w' or 'W' or 's' or 'S' or 'b' or 'B' or (>= '1' and <= '9') => "\\" + c,
            _ when char.IsAsciiLetterOrDigit(c) || c > '~' => c.ToString(),
            _ => "\\" + c,
        };
        target.Append(text);
    }

    /// <summary>Perl: classes in brackets ([:alpha:]) and a few notations differ.</summary>
    public static string FromPerl(string source)
    {
        StringBuilder target = new();
        for (int i = 0; i < source.Length;)
        {
            char c = source[i++];
            if (c == '[') i = Bracket(source, i, target, escapes: true);
            else if (c == '\\' && i < source.Length)
            {
                char next = source[i++];
                if (next == 'h') target.Append("[ \\t]");
                else target.Append(c).Append(next);
            }
            else if (c == '(' && source.AsSpan(i).StartsWith("?P<"))
            {
                target.Append("(?<");
                i += 3;
            }
            else target.Append(c);
        }
        return target.ToString();
    }

    /// <summary>Copies a bracket expression from behind its "["; returns where it ends.</summary>
    /// <param name="escapes">A backslash quotes, rather than being an ordinary character.</param>
    private static int Bracket(string source, int i, StringBuilder target, bool escapes)
    {
        target.Append('[');
        if (i < source.Length && source[i] == '^') target.Append(source[i++]);
        for (bool first = true; i < source.Length; first = false)
        {
            char c = source[i++];
            if (c == ']' && !first)
            {
                target.Append(']');
                break;
            }
            if (c == '[' && TryClass(source, ref i, target)) continue;
            if (escapes && c == '\\' && i < source.Length) target.Append(c).Append(source[i++]);
            else if (c is '[' or ']' or '\\' || (c == '^' && first)) target.Append('\\').Append(c);
            else target.Append(c);
        }
        return i;
    }

    private static bool TryClass(string source, ref int i, StringBuilder target)
    {
        if (i >= source.Length || source[i] != ':') return false;
        int end = source.IndexOf(":]", i + 1, StringComparison.Ordinal);
        string? members = end < 0 ? null : source[(i + 1)..end] switch
        {
            "alnum" => "a-zA-Z0-9",
            "alpha" => "a-zA-Z",
            "blank" => " \\t",
            "cntrl" => "\\x00-\\x1f\\x7f",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => "!-/:-@\\[-`{-~",
            "space" => "\\s",
            "upper" => "A-Z",
            "word" => "\\w",
            "xdigit" => "0-9a-fA-F",
            _ => null,
        };
        if (members == null) return false;
        target.Append(members);
        i = end + 2;
        return true;
    }
}

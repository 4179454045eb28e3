using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>
/// The answer of a rule, which may quote parts of the key:
/// <code>
/// text      = *( char / "$$" / reference )
/// reference = "$" number / "${" number "}" / "$(" number ")"
/// </code>
/// </summary>
internal sealed class ReplacementText
{
    public static readonly ReplacementText Empty = new([]);

    // literal text before the group; group -1: none
    private readonly (string Literal, int Group)[] _parts;

    private ReplacementText((string, int)[] parts) => _parts = parts;

    /// <summary>Some part of the key is quoted.</summary>
    public bool Refers => Array.Exists(_parts, part => part.Group >= 0);

    public static bool TryParse(string text, int groups, out ReplacementText result, out string problem)
    {
        List<(string, int)> parts = [];
        StringBuilder literal = new();
        result = Empty;
        problem = "";
        for (int i = 0; i < text.Length;)
        {
            char c = text[i++];
            if (c != '$')
            {
                literal.Append(c);
                continue;
            }
            if (i < text.Length && text[i] == '$')
            {
                literal.Append('$');
                i++;
                continue;
            }
            if (!TryReadName(text, ref i, out string name))
            {
                problem = "bad replacement syntax";
                return false;
            }
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int group))
                problem = $"non-numeric replacement index \"{name}\"";
            else if (group < 1 || group > groups) problem = $"out of range replacement index \"{name}\"";
            if (problem.Length > 0) return false;
            parts.Add((literal.ToString(), group));
            literal.Clear();
        }
        if (literal.Length > 0) parts.Add((literal.ToString(), -1));
        result = new ReplacementText([.. parts]);
        return true;
    }

    private static bool TryReadName(string text, ref int i, out string name)
    {
        char close = i < text.Length ? text[i] switch { '{' => '}', '(' => ')', _ => '\0' } : '\0';
        int start = close == '\0' ? i : i + 1, end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        name = text[start..end];
        bool good = name.Length > 0 && (close == '\0' || (end < text.Length && text[end] == close));
        i = good && close != '\0' ? end + 1 : end;
        return good;
    }

    /// <summary>The text for a match; a group that took no part in it is empty.</summary>
    public string Expand(Match match)
    {
        if (_parts is [(var only, -1)]) return only;
        StringBuilder result = new();
        foreach (var (literal, group) in _parts)
        {
            result.Append(literal);
            if (group >= 0) result.Append(match.Groups[group].ValueSpan);
        }
        return result.ToString();
    }
}

using System.Text.RegularExpressions;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>
/// regexp:FILE and pcre:FILE: regular expressions and what to answer for keys that match. They run on .NET's engine, in linear time where the expression allows
/// it (no look-around, no back references), else under a time limit; reaching it is an error, not a mismatch.
/// </summary>
internal sealed class RegexTable : PatternTable<string>
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(500);
    private readonly bool _perl;

    public RegexTable(string spec, string type, string name, TableOptions options) : base(spec, name, options)
    {
        _perl = type == "pcre";
        Load();
    }

    protected override string Title => _perl ? "pcre map" : "regexp map";

    protected override bool TryPrepare(string text, out string key)
    {
        key = text;
        return true;
    }

    protected override LookupResult Find(string key)
    {
        try
        {
            return base.Find(key);
        }
        catch (RegexMatchTimeoutException) { return Unavailable("a pattern takes too long"); }
    }

    /// <summary><code>pattern = delimiter *( char / "\" char ) delimiter *flag</code> where the delimiter is the first character.</summary>
    protected override Pattern<string>? ParsePattern(string text, RuleKind kind, bool negated, out string result, out string complaint)
    {
        result = "";
        if (text.Length == 0 || char.IsAsciiLetterOrDigit(text[0]))
        {
            complaint = text.Length == 0 ? "no regexp: skipping this rule" : "ignoring unrecognized request";
            return null;
        }
        int end = 1;
        while (end < text.Length && text[end] != text[0]) end += text[end] == '\\' && end + 1 < text.Length ? 2 : 1;
        if (end >= text.Length)
        {
            complaint = $"no closing regexp delimiter \"{text[0]}\": skipping this rule";
            return null;
        }
        int flagsEnd = end + 1;
        while (flagsEnd < text.Length && !char.IsWhiteSpace(text[flagsEnd])) flagsEnd++;
        result = text[flagsEnd..].Trim();
        Regex? regex = Compile(text[1..end], text[(end + 1)..flagsEnd], out complaint);
        if (regex == null) return null;
        if (kind == RuleKind.If)
        {
            if (result.Length > 0) complaint = $"ignoring extra text after IF statement: \"{result}\"";
            return new RegexPattern(regex, ReplacementText.Empty);
        }
        if (result.Length == 0) complaint = "no replacement text: using empty string";
        if (!ReplacementText.TryParse(result, regex.GetGroupNumbers().Max(), out ReplacementText answer, out string problem))
            complaint = problem + ": skipping this rule";
        else if (answer.Refers && negated) complaint = "$number found in negative match replacement text: skipping this rule";
        else if (answer.Refers && !Options.AllowSubstitution) complaint = "regular expression substitution is not allowed: skipping this rule";
        else
        {
            result = answer.Refers ? "" : answer.Expand(Match.Empty);
            return new RegexPattern(regex, answer);
        }
        return null;
    }

    private Regex? Compile(string source, string flags, out string complaint)
    {
        complaint = "";
        // case does not matter, and newlines are ordinary characters, unless flags say otherwise
        RegexOptions options = RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant;
        bool extended = true, anchored = false;
        foreach (char flag in flags)
        {
            switch (flag)
            {
                case 'i': options ^= RegexOptions.IgnoreCase; break;
                case 'm': options ^= _perl ? RegexOptions.Multiline : RegexOptions.Multiline | RegexOptions.Singleline; break;
                case 's' when _perl: options ^= RegexOptions.Singleline; break;
                case 'x' when _perl: options ^= RegexOptions.IgnorePatternWhitespace; break;
                case 'x': extended = !extended; break;
                case 'A' when _perl: anchored = !anchored; break;
                // "$ only at the very end" and "strict escapes": no difference for a key without a newline at its end
                case 'E' or 'X' when _perl: break;
                default:
                    complaint = $"unknown regexp option \"{flag}\": skipping this rule";
                    return null;
            }
        }
        string pattern = _perl ? RegexSyntax.FromPerl(source) : RegexSyntax.FromPosix(source, extended);
        return Build(anchored ? $"\\G(?:{pattern})" : pattern, options, out complaint);
    }

    private static Regex? Build(string pattern, RegexOptions options, out string complaint)
    {
        complaint = "";
        try
        {
            try
            {
                return new Regex(pattern, options | RegexOptions.NonBacktracking, TimeLimit);
            }
            catch (NotSupportedException) { return new Regex(pattern, options, TimeLimit); }
        }
        catch (RegexParseException trouble)
        {
            complaint = $"error in regex at offset {trouble.Offset}: {trouble.Error}: skipping this rule";
            return null;
        }
    }
}

/// <summary>A regular expression with its answer.</summary>
internal sealed class RegexPattern(Regex regex, ReplacementText answer) : Pattern<string>
{
    public override bool Matches(string key, out string result)
    {
        if (!answer.Refers)
        {
            result = answer.Expand(Match.Empty);
            return regex.IsMatch(key);
        }
        Match match = regex.Match(key);
        result = match.Success ? answer.Expand(match) : "";
        return match.Success;
    }
}

using System.Text.RegularExpressions;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>
/// regexp:FILE and pcre:FILE: regular expressions and what to answer for keys that match. They run on .NET's engine, in linear time where
/// the expression allows it (no look-around, no back references), else under a time limit; reaching it is an error, not a mismatch.
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

    /// <summary>
    /// Patterns of regexp tables may have a second one that must not match as well; it is deprecated.
    /// <code>
    /// rule   = regexp [ "!" *"!" regexp ] space result
    /// regexp = delimiter *( char / "\" char ) delimiter *flag      ; the delimiter is the first character
    /// </code>
    /// </summary>
    protected override Pattern<string>? ParsePattern(string text, RuleKind kind, bool negated, out string result, out string complaint)
    {
        result = "";
        int at = 0;
        if (text.Length == 0 || char.IsAsciiLetterOrDigit(text[0]))
        {
            complaint = text.Length == 0 ? "no regexp: skipping this rule" : "ignoring unrecognized request";
            return null;
        }
        Regex? regex = NextRegex(text, ref at, out complaint);
        if (regex == null) return null;
        if (kind == RuleKind.If)
        {
            string extra = text[at..].Trim();
            if (extra.Length > 0) complaint = $"ignoring extra text after IF statement: \"{extra}\"";
            return new RegexPattern(regex, ReplacementText.Empty);
        }
        Regex? second = null;
        bool secondNegated = false;
        if (at < text.Length && text[at] == '!')
        {
            for (; at < text.Length && text[at] == '!'; at++) secondNegated = !secondNegated;
            second = NextRegex(text, ref at, out complaint);
            if (second == null) return null;
            complaint = "/pattern1/!/pattern2/ goes away, use \"if !/pattern2/ ... /pattern1/ ... endif\" instead";
        }
        ReplacementText? answer = ParseAnswer(text[at..].Trim(), regex, negated, ref complaint);
        if (answer == null) return null;
        if (complaint.Length == 0 && Options.Examine is { } examine) complaint = examine(text[at..].Trim());
        result = answer.Refers ? "" : answer.Expand(Match.Empty);
        Pattern<string> pattern = new RegexPattern(regex, answer);
        return second == null ? pattern : new BothPatterns(pattern, negated, second, secondNegated, result);
    }

    /// <summary>The text behind the pattern; null with the complaint when the rule is no good.</summary>
    private ReplacementText? ParseAnswer(string text, Regex regex, bool negated, ref string complaint)
    {
        string problem = "";
        if (text.Length == 0) complaint = "no replacement text: using empty string";
        if (Options.ValuesNameFiles) _ = FileValues.TryRead(text, out text, out problem);
        ReplacementText answer = ReplacementText.Empty;
        if (problem.Length > 0 || !ReplacementText.TryParse(text, regex.GetGroupNumbers().Max(), out answer, out problem))
            complaint = problem + ": skipping this rule";
        else if (answer.Refers && negated) complaint = "$number found in negative match replacement text: skipping this rule";
        else if (answer.Refers && !Options.AllowSubstitution)
            complaint = "regular expression substitution is not allowed: skipping this rule";
        else return answer;
        return null;
    }

    /// <summary>Takes an expression with its flags; <paramref name="at"/> is then behind them.</summary>
    private Regex? NextRegex(string text, ref int at, out string complaint)
    {
        char delimiter = at < text.Length ? text[at] : '\0';
        int start = at + 1, end = start;
        while (end < text.Length && text[end] != delimiter) end += text[end] == '\\' && end + 1 < text.Length ? 2 : 1;
        if (end >= text.Length)
        {
            complaint = delimiter == '\0' ? "no regexp: skipping this rule"
                : $"no closing regexp delimiter \"{delimiter}\": skipping this rule";
            return null;
        }
        for (at = end + 1; at < text.Length && !char.IsWhiteSpace(text[at]) && (_perl || text[at] != '!');) at++;
        return Compile(text[start..end], text[(end + 1)..at], out complaint);
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

/// <summary>
/// An expression and a second one: both must say what they are meant to. It answers for the negation of the first itself.
/// </summary>
internal sealed class BothPatterns(Pattern<string> first, bool firstNegated, Regex second, bool secondNegated, string answer)
    : Pattern<string>
{
    public override bool Matches(string key, out string result)
    {
        bool both = first.Matches(key, out result) != firstNegated && second.IsMatch(key) != secondNegated;
        if (firstNegated) result = answer;
        // the caller inverts the answer for a negated rule
        return both != firstNegated;
    }
}

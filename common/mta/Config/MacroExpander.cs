using System.Text;

namespace MtaSuite.Common.Config;

/// <summary>A name's value; a literal one is not searched for further names (it came from outside, or is expanded later).</summary>
public readonly record struct MacroValue(string? Text, bool Literal);

/// <summary>
/// Expands names in a value.
/// <code>
/// value    = *( literal / "$$" / "$" name / "${" expr "}" / "$(" expr ")" )
/// expr     = name / test [ "?" then ] / test ":" else / test "?" "{" then "}" ":" ( "{" else "}" / else ) / function "{" value "}"
/// test     = name / "{" value "}" operator "{" value "}"
/// operator = ( "==" / "!=" / "&lt;" / "&lt;=" / ">=" / ">" ) [ "level" ]
/// </code>
/// A name tests true when its unexpanded value is not empty. Both sides of a comparison are numbers when both are digits alone.
/// </summary>
public sealed class MacroExpander(Func<string, MacroValue> lookup)
{
    // a value may name itself through others, and doubles at each step: depth, steps and size are all bounded
    private const int MaxDepth = 100, MaxSteps = 100_000, MaxLength = 1 << 20;
    private const string Operators = "<>!=?+-*/~&|%";

    private readonly StringBuilder output = new();
    private int depth;
    private bool everyBranch;
    private int steps;
    private bool usedUndefined;

    /// <summary>What was wrong with the text, or null. The result then ends where the error is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Expands the names in a text, or says what is wrong with it.</summary>
    public static string Expand(string text, Func<string, MacroValue> lookup, out string? problem) =>
        Expand(text, lookup, out problem, out _);

    /// <summary>As above; <paramref name="undefined"/>: a name without a value was used (a test for its value does not count).</summary>
    public static string Expand(string text, Func<string, MacroValue> lookup, out string? problem, out bool undefined)
    {
        problem = null;
        undefined = false;
        if (!text.Contains('$')) return text;
        var expander = new MacroExpander(lookup);
        expander.Parse(text);
        problem = expander.Problem;
        undefined = expander.usedUndefined;
        return expander.output.ToString();
    }

    /// <summary>
    /// All names that a text refers to, in every branch of it, whether defined or not. The values of the names are not looked into.
    /// </summary>
    public static List<string> NamesIn(string text, out string? problem)
    {
        problem = null;
        var names = new List<string>();
        if (!text.Contains('$')) return names;
        var expander = new MacroExpander(name =>
        {
            names.Add(name);
            return default;
        })
        { everyBranch = true };
        expander.Parse(text);
        problem = expander.Problem;
        return names;
    }

    private bool Fail(string problem)
    {
        Problem ??= problem;
        return false;
    }

    private bool Parse(string text)
    {
        if (depth >= MaxDepth) return Fail($"names refer to each other without end: \"{Shown(text)}\"");
        depth++;
        bool ok = ParseLevel(text);
        depth--;
        return ok;
    }

    private bool ParseLevel(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int dollar = text.IndexOf('$', at);
            int end = dollar < 0 ? text.Length : dollar;
            output.Append(text, at, end - at);
            if (output.Length > MaxLength || ++steps > MaxSteps) return Fail("the expansion is unreasonably large");
            if (dollar < 0) return true;
            at = dollar + 1;
            if (at < text.Length && text[at] == '$')
            {
                output.Append('$');
                at++;
            }
            else if (!TakeExpression(text, ref at, out string expression) || !Evaluate(expression)) return false;
        }
        return true;
    }

    /// <summary>Takes what follows a dollar sign, without its brackets.</summary>
    private bool TakeExpression(string text, ref int at, out string expression)
    {
        expression = "";
        int start = at;
        if (at < text.Length && text[at] is '{' or '(')
        {
            char open = text[at], close = open == '{' ? '}' : ')';
            start = ++at;
            for (int level = 1; level > 0; at++)
            {
                if (at == text.Length) return Fail($"a closing \"{close}\" is missing: \"{Shown(text)}\"");
                if (text[at] == open) level++;
                else if (text[at] == close) level--;
            }
            expression = text[start..(at - 1)];
        }
        else
        {
            while (at < text.Length && IsNameChar(text[at])) at++;
            expression = text[start..at];
        }
        return expression.Length > 0 || Fail($"a name is missing after \"$\": \"{Shown(text)}\"");
    }

    private bool Evaluate(string expression)
    {
        int at = SkipSpace(expression, 0);
        MacroValue value;
        if (at < expression.Length && expression[at] == '{')
        {
            if (!Compare(expression, ref at, out bool truth)) return false;
            value = new MacroValue(truth ? "true" : "", true);
        }
        else
        {
            int start = at;
            while (at < expression.Length && IsNameChar(expression[at])) at++;
            string name = expression[start..at];
            at = SkipSpace(expression, at);
            if (at < expression.Length && expression[at] == '{') return CallFunction(name, expression, at);
            if (at < expression.Length && expression[at] is not ('?' or ':')) return Fail($"not a name: \"{Shown(expression)}\"");
            value = lookup(name);
        }
        if (at == expression.Length)
        {
            if (value.Text == null)
            {
                usedUndefined = true;
                return true;
            }
            if (!value.Literal) return Parse(value.Text);
            output.Append(value.Text);
            return output.Length <= MaxLength || Fail("the expansion is unreasonably large");
        }
        return Choose(expression, at, !string.IsNullOrEmpty(value.Text));
    }

    private bool Choose(string expression, int at, bool truth)
    {
        if (expression[at] is not ('?' or ':')) return Fail($"\"?\" or \":\" expected before \"{Shown(expression[at..])}\"");
        if (expression[at] == '?')
        {
            if (!TakeOperand(expression, ref at, out string then)) return false;
            if ((truth || everyBranch) && !Parse(then)) return false;
            if (at == expression.Length) return true;
            if (expression[at] != ':') return Fail($"\":\" expected before \"{Shown(expression[at..])}\"");
        }
        if (!TakeOperand(expression, ref at, out string otherwise)) return false;
        if ((!truth || everyBranch) && !Parse(otherwise)) return false;
        return at == expression.Length || Fail($"unexpected text: \"{Shown(expression[at..])}\"");
    }

    /// <summary>Takes the operand after an operator of one character: in braces, or all that is left.</summary>
    private bool TakeOperand(string text, ref int at, out string operand)
    {
        int brace = SkipSpace(text, ++at);
        if (brace < text.Length && text[brace] == '{')
        {
            at = brace;
            return TakeBraced(text, ref at, out operand);
        }
        operand = text[at..];
        at = text.Length;
        return true;
    }

    /// <summary>Takes <c>{text}</c> and the space after it; the braces inside must balance.</summary>
    private bool TakeBraced(string text, ref int at, out string payload)
    {
        int start = at + 1, level = 1;
        for (at = start; at < text.Length; at++)
        {
            if (text[at] == '{') level++;
            else if (text[at] == '}' && --level == 0) break;
        }
        payload = text[start..at];
        if (at == text.Length) return Fail($"a closing \"}}\" is missing: \"{Shown(text)}\"");
        at = SkipSpace(text, at + 1);
        return true;
    }

    private bool Compare(string text, ref int at, out bool truth)
    {
        truth = false;
        if (!TakeBraced(text, ref at, out string leftText)) return false;
        int start = at;
        while (at < text.Length && Operators.Contains(text[at])) at++;
        string op = text[start..at];
        if (op is not ("==" or "!=" or "<" or "<=" or ">=" or ">")) return Fail($"a comparison expected before \"{Shown(text[start..])}\"");
        start = at;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at])) at++;
        string suffix = text[start..at];
        if (suffix is not ("" or "level")) return Fail($"unknown comparison \"{op}{suffix}\"");
        at = SkipSpace(text, at);
        if (at == text.Length || text[at] != '{') return Fail($"\"{{\" expected before \"{Shown(text[at..])}\"");
        if (!TakeBraced(text, ref at, out string rightText)) return false;
        if (!ExpandApart(leftText, out string left) || !ExpandApart(rightText, out string right)) return false;
        if (everyBranch) return true;
        if (!TryOrder(left, right, suffix.Length > 0, out int order)) return false;
        truth = op switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">=" => order >= 0,
            _ => order > 0
        };
        return true;
    }

    private bool TryOrder(string left, string right, bool levels, out int order)
    {
        order = 0;
        if (levels)
        {
            if (!CompatibilityLevel.TryParse(left, out long a)) return Fail($"not a compatibility level: \"{Shown(left)}\"");
            if (!CompatibilityLevel.TryParse(right, out long b)) return Fail($"not a compatibility level: \"{Shown(right)}\"");
            order = a.CompareTo(b);
        }
        else if (IsDigits(left) && IsDigits(right))
        {
            if (!long.TryParse(left, out long a) || !long.TryParse(right, out long b)) return Fail($"number too large: \"{Shown(left)}\"");
            order = a.CompareTo(b);
        }
        else order = string.CompareOrdinal(left, right);
        return true;
    }

    private bool CallFunction(string name, string text, int at)
    {
        if (!TakeBraced(text, ref at, out string argumentText)) return false;
        if (at != text.Length) return Fail($"unexpected text: \"{Shown(text[at..])}\"");
        if (name != "domain_to_ascii") return Fail($"unknown function \"{Shown(name)}\"");
        if (!ExpandApart(argumentText.Trim(), out string argument)) return false;
        if (everyBranch) return true;
        if (!DomainToAscii(argument, out string ascii)) return Fail($"not a domain name: \"{Shown(argument)}\"");
        output.Append(ascii);
        return true;
    }

    private static bool DomainToAscii(string domain, out string ascii)
    {
        ascii = domain;
        if (System.Text.Ascii.IsValid(domain)) return true;
        try { ascii = new System.Globalization.IdnMapping().GetAscii(domain); }
        catch (ArgumentException) { return false; }
        return true;
    }

    /// <summary>Expands a text into a string of its own instead of the output.</summary>
    private bool ExpandApart(string text, out string result)
    {
        int mark = output.Length;
        bool ok = Parse(text);
        result = output.ToString(mark, output.Length - mark);
        output.Length = mark;
        return ok;
    }

    private static bool IsNameChar(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n') at++;
        return at;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "...";
}

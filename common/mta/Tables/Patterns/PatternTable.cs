using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables.Patterns;

/// <summary>What a rule tests, and what follows when it holds. Keys are prepared once for each lookup.</summary>
internal abstract class Pattern<TKey>
{
    /// <summary>Whether the key matches; then the answer in <paramref name="result"/>.</summary>
    public abstract bool Matches(TKey key, out string result);
}

internal enum RuleKind : byte { Answer, If, EndIf }

/// <summary>One line of a table of patterns. <see cref="Pattern"/> is null for an "endif".</summary>
internal readonly record struct Rule<TKey>(RuleKind Kind, bool Negated, Pattern<TKey>? Pattern, string Result);

/// <summary>
/// A table of rules, tried in order until one answers (cidr_table(5), regexp_table(5), pcre_table(5)):
/// <code>
/// rule = ["!"] pattern space result / "if" space ["!"] pattern / "endif"
/// </code>
/// The text is a file, or in the name: "type:{ {rule}, {rule} }". A file that changes is read again once its writer is done. A rule that
/// makes no sense is reported and left out.
/// </summary>
internal abstract class PatternTable<TKey> : MemoryTable
{
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly FileWatch? _watch;
    private Rule<TKey>[]? _rules;
    private string _reason = "";

    protected PatternTable(string spec, string name, TableOptions options) : base(spec, options)
    {
        _name = name;
        if (!name.StartsWith('{')) _watch = new FileWatch(name, options.Clock);
    }

    protected override bool HasFixedKeys => false;

    /// <summary>"cidr map" and the like, for messages.</summary>
    protected abstract string Title { get; }

    /// <summary>Patterns apply "!" themselves.</summary>
    protected virtual bool PatternsNegate => false;

    /// <summary>Makes a key of what is asked for; false: nothing matches it, not even the opposite of a pattern.</summary>
    protected abstract bool TryPrepare(string text, out TKey key);

    /// <summary>Parses "pattern result", or what follows "if"; null, with the complaint, when it is no good.</summary>
    protected abstract Pattern<TKey>? ParsePattern(string text, RuleKind kind, bool negated, out string result, out string complaint);

    /// <summary>Reads the rules for the first time; the constructor of a type ends with it.</summary>
    protected void Load()
    {
        Reload();
        if (_rules == null) OpenError = _reason;
    }

    private void Reload()
    {
        if (!PatternSource.TryRead(_name, Title, Options, out List<SourceLine> lines, out FileStatus status, out string error))
        {
            // an older version stays in use
            _reason = error;
            return;
        }
        _rules = Parse(lines);
        _watch?.Remember(status);
    }

    protected override LookupResult Find(string key)
    {
        Rule<TKey>[]? rules;
        lock (_gate)
        {
            if (_watch != null && _watch.HasChanged(out FileStatus status) && (_rules == null || !_watch.IsFresh(status))) Reload();
            rules = _rules;
            if (rules == null) return Unavailable(_reason);
        }
        return TryPrepare(key, out TKey prepared) ? Search(rules, prepared) : LookupResult.NotFound;
    }

    private static LookupResult Search(Rule<TKey>[] rules, TKey key)
    {
        // how many "if"s deep the first false one is, counted from itself
        int skipping = 0;
        foreach (Rule<TKey> rule in rules)
        {
            if (rule.Pattern == null) skipping -= skipping > 0 ? 1 : 0;
            else if (skipping > 0) skipping += rule.Kind == RuleKind.If ? 1 : 0;
            else if (rule.Pattern.Matches(key, out string result) != rule.Negated)
            {
                if (rule.Kind == RuleKind.Answer) return LookupResult.Found(rule.Negated ? rule.Result : result);
            }
            else if (rule.Kind == RuleKind.If) skipping = 1;
        }
        return LookupResult.NotFound;
    }

    private Rule<TKey>[] Parse(List<SourceLine> lines)
    {
        List<Rule<TKey>> rules = [];
        Stack<string> open = new();
        foreach (SourceLine line in lines)
        {
            string complaint = "";
            Rule<TKey>? rule = IsWord(line.Text, "endif") ? ParseEndIf(line.Text, open.Count, out complaint)
                : ParseRule(line.Text, out complaint);
            if (complaint.Length > 0) Warn(line.Where, complaint);
            if (rule is not { } good) continue;
            // a line that begins with white space is part of the line before it
            if (good is { Kind: RuleKind.If, Pattern: not Never } && complaint.Length > 0)
                Warn(line.Where, "do not prepend whitespace to statements between IF and ENDIF");
            if (good.Kind == RuleKind.If) open.Push(line.Where);
            else if (good.Kind == RuleKind.EndIf) open.Pop();
            rules.Add(good);
        }
        while (open.TryPop(out string? where)) Warn(where, "IF has no matching ENDIF");
        return [.. rules];
    }

    /// <summary>Complains about a line.</summary>
    protected void Warn(string where, string complaint) => Options.Warn?.Invoke($"{Title} {where}: {complaint}");

    private static bool IsWord(string text, string word) =>
        text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        && (text.Length == word.Length || !char.IsAsciiLetterOrDigit(text[word.Length]));

    private static Rule<TKey>? ParseEndIf(string text, int depth, out string complaint)
    {
        complaint = depth == 0 ? "ignoring ENDIF without matching IF"
            : text.AsSpan("endif".Length).Trim().Length > 0 ? $"ignoring extra text after ENDIF: \"{text["endif".Length..].Trim()}\""
            : "";
        return depth == 0 ? null : new Rule<TKey>(RuleKind.EndIf, false, null, "");
    }

    private Rule<TKey>? ParseRule(string text, out string complaint)
    {
        RuleKind kind = IsWord(text, "if") ? RuleKind.If : RuleKind.Answer;
        string rest = kind == RuleKind.If ? text["if".Length..].TrimStart() : text;
        bool negated = false;
        while (rest.StartsWith('!'))
        {
            negated = !negated;
            rest = rest[1..].TrimStart();
        }
        Pattern<TKey>? pattern = ParsePattern(rest, kind, negated, out string result, out complaint);
        // a rule left out could have been the "if" of a later "endif": make it one that never holds
        if (pattern == null && kind == RuleKind.If) return new Rule<TKey>(kind, false, new Never(), "");
        return pattern == null ? null : new Rule<TKey>(kind, negated && !PatternsNegate, pattern, result);
    }

    private sealed class Never : Pattern<TKey>
    {
        public override bool Matches(TKey key, out string result)
        {
            result = "";
            return false;
        }
    }
}

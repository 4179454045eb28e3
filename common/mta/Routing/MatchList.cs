using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>Whether a list matches. <see cref="Error"/>: a table or file could not be asked; always temporary.</summary>
public enum MatchResult : byte { No, Yes, Error }

/// <summary>How the patterns of a list are compared.</summary>
public enum MatchStyle : byte
{
    /// <summary>Whole names (mydestination, virtual_alias_domains).</summary>
    Names,
    /// <summary>
    /// Names and their subdomains: "example.com" matches below itself when parents match, ".example.com" otherwise (relay_domains).
    /// </summary>
    Domains,
    /// <summary>Addresses and networks (mynetworks).</summary>
    Networks,
    /// <summary>Domains and networks (smtpd_authorized_xclient_hosts).</summary>
    Hosts,
}

/// <summary>
/// A list of patterns as main.cf has them: the first that fits decides.
/// <code>
/// list    = *( pattern separator )
/// pattern = *"!" ( name / ".name" / address / "[" address "]" / network "/" length / "/" file-of-patterns / type ":" table )
/// </code>
/// "!" inverts. In a table the name itself is the key, with <see cref="MatchStyle.Domains"/> its parents as well; what the value is does
/// not matter. A file that cannot be read or a bad network is reported in <see cref="Problems"/> and is an error when its turn comes.
/// </summary>
public sealed class MatchList : IDisposable
{
    private readonly List<MatchPattern> _patterns = [];
    private readonly List<string> _problems = [];
    private readonly MatchStyle _style;
    private readonly bool _parents;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly bool _allPositive, _hasTables;

    private MatchList(MatchStyle style, bool parents)
    {
        _style = style;
        _parents = parents;
    }

    /// <param name="value">The parameter's value, expanded.</param>
    /// <param name="parents">A name matches its subdomains too (parent_domain_matches_subdomains), see <see cref="ParentsMatch"/>.</param>
    public MatchList(string value, MatchStyle style, bool parents = false, TableOptions? options = null) : this(style, parents)
    {
        Parse(value, options ?? TableOptions.Default, positive: true, depth: 0);
        _allPositive = _patterns.TrueForAll(p => p.Positive);
        _hasTables = _patterns.Exists(p => p.Kind == MatchPatternKind.Table);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (MatchPattern pattern in _patterns)
            if (pattern.Kind == MatchPatternKind.Name) names.Add(pattern.Text);
        _names = names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What is wrong with the list, for the log.</summary>
    public IReadOnlyList<string> Problems => _problems;
    public bool IsEmpty => _patterns.Count == 0;

    /// <summary>True when parent_domain_matches_subdomains names the parameter.</summary>
    public static bool ParentsMatch(MailConfig config, string parameter) =>
        config.GetList(Config.Params.RewriteParams.ParentDomainMatchesSubdomains).Contains(parameter, StringComparer.OrdinalIgnoreCase);

    /// <summary>Matches a name (of a host or a domain, or whatever the list holds).</summary>
    public ValueTask<MatchResult> MatchAsync(ReadOnlySpan<char> name) => MatchAsync(name, null);

    /// <summary>Matches a client's address.</summary>
    public ValueTask<MatchResult> MatchAsync(IPAddress address) => MatchAsync(default, address);

    /// <summary>Matches a client by name or address; the name may be empty or "unknown".</summary>
    public ValueTask<MatchResult> MatchAsync(ReadOnlySpan<char> name, IPAddress? address)
    {
        if (_patterns.Count == 0) return new(MatchResult.No);
        if (address is { IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        // names alone, and nothing negated: their order does not matter
        if (_allPositive && !name.IsEmpty && MatchesNames(name)) return new(MatchResult.Yes);
        if (_hasTables) return MatchInOrderAsync(name.ToString(), address);
        foreach (MatchPattern pattern in _patterns)
            if (Decides(pattern, name, address) is { } result) return new(result);
        return new(MatchResult.No);
    }

    private async ValueTask<MatchResult> MatchInOrderAsync(string name, IPAddress? address)
    {
        foreach (MatchPattern pattern in _patterns)
        {
            MatchResult? result = pattern.Kind == MatchPatternKind.Table
                ? Signed(pattern, await pattern.MatchTableAsync(name, address, _style, _parents))
                : Decides(pattern, name, address);
            if (result is { } decided) return decided;
        }
        return MatchResult.No;
    }

    /// <summary>What a pattern that is no table says; null: nothing.</summary>
    private MatchResult? Decides(MatchPattern pattern, ReadOnlySpan<char> name, IPAddress? address) =>
        _allPositive && pattern.Kind == MatchPatternKind.Name ? null : Signed(pattern, pattern.Match(name, address, _style, _parents));

    private static MatchResult? Signed(MatchPattern pattern, MatchResult match) => match switch
    {
        MatchResult.Yes => pattern.Positive ? MatchResult.Yes : MatchResult.No,
        MatchResult.Error => match,
        _ => null,
    };

    private bool MatchesNames(ReadOnlySpan<char> name)
    {
        if (_names.Contains(name)) return true;
        if (_style is MatchStyle.Names or MatchStyle.Networks) return false;
        for (int dot = name.IndexOf('.'); dot >= 0; dot = NextDot(name, dot))
            if (_names.Contains(name[(_parents ? dot + 1 : dot)..])) return true;
        return false;
    }

    internal static int NextDot(ReadOnlySpan<char> name, int dot) =>
        name[(dot + 1)..].IndexOf('.') is var next and >= 0 ? dot + 1 + next : -1;

    private void Parse(string text, TableOptions options, bool positive, int depth)
    {
        foreach (string item in ConfigList.Split(text))
        {
            string pattern = item.TrimStart('!');
            bool sign = ((item.Length - pattern.Length) & 1) == 0 ? positive : !positive;
            if (pattern.Length == 0) _problems.Add("no pattern after '!'");
            else if (pattern[0] == '/') ParseFile(pattern, options, sign, depth);
            else Add(pattern, options, sign);
        }
    }

    private void Add(string pattern, TableOptions options, bool sign)
    {
        if (pattern[0] != '[' && pattern.Contains(':') && !HostName.TryParseIPv6(pattern, out _)
            && !MatchPattern.LooksLikeIPv6Network(pattern))
        {
            Table table = TableFactory.Open(pattern, options);
            if (table.OpenError is not null) _problems.Add($"{table.Spec}: {table.OpenError}");
            _patterns.Add(MatchPattern.ForTable(sign, table));
            return;
        }
        MatchPattern parsed = MatchPattern.Parse(sign, pattern, _style, out string? problem);
        if (problem is not null) _problems.Add(problem);
        _patterns.Add(parsed);
    }

    private void ParseFile(string path, TableOptions options, bool sign, int depth)
    {
        const int maxDepth = 10;
        string? problem = depth == maxDepth ? $"{path}: files include each other too deeply" : null;
        string reason = "";
        if (problem is null && ConfigFile.TryRead(path, out string text, out reason))
        {
            foreach (LogicalLine line in LogicalLines.Split(text, path, [])) Parse(line.Text, options, sign, depth + 1);
            return;
        }
        problem ??= $"open file {path}: {reason}";
        _problems.Add(problem);
        _patterns.Add(MatchPattern.Broken(sign, problem));
    }

    public void Dispose()
    {
        foreach (MatchPattern pattern in _patterns) pattern.Table?.Dispose();
    }
}

using MtaSuite.Common.Config;

namespace MtaSuite.Smtpd.Access;

/// <summary>A parsed list of restrictions.</summary>
internal sealed class RestrictionList(string name)
{
    /// <summary>The parameter, class or table entry that holds the list.</summary>
    public string Name { get; } = name;

    public List<RestrictionStep> Steps { get; } = [];
}

/// <summary>
/// Parses lists of restrictions: names separated by commas or white space, some followed by an argument; a bare "type:table" stands for
/// the stage's own table check. What is wrong becomes a problem, and a step that refuses with 451 4.3.5 when it is reached.
/// </summary>
internal sealed class RestrictionParser
{
    private readonly Dictionary<string, string> _classTexts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, RestrictionList> _classes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AccessTable> _tables = [];
    private readonly Dictionary<string, PolicyServer> _policyServers = [];
    private readonly bool _parentStyle;
    private readonly string _nullKey;

    /// <param name="parentStyle">A domain matches its subdomains (parent_domain_matches_subdomains has smtpd_access_maps).</param>
    /// <param name="nullKey">smtpd_null_access_lookup_key.</param>
    public RestrictionParser(bool parentStyle, string nullKey) => (_parentStyle, _nullKey) = (parentStyle, nullKey);

    public List<string> Problems { get; } = [];

    /// <summary>Restrictions that are left out of lists because they do not work yet (accept_ineffective_parameters).</summary>
    public IReadOnlyCollection<string> LeftOut { get; init; } = [];

    /// <summary>Makes the policy server that a restriction names; null, and what is wrong with the name.</summary>
    public Func<string, (PolicyServer? Server, string Problem)> PolicyServer { get; init; } = _ => (null, "there are none here");

    /// <summary>Declares a restriction class (smtpd_restriction_classes); classes may use each other.</summary>
    public void Declare(string name, string text) => _classTexts[name] = text;

    /// <param name="owner">The parameter or table that holds the text, for problems.</param>
    /// <param name="tableWord">The check that a bare table stands for; null where there is none.</param>
    public RestrictionList Parse(string owner, string text, string? tableWord)
    {
        RestrictionList list = new(owner);
        List<string> words = ConfigList.Split(text);
        for (int i = 0; i < words.Count; i++)
        {
            RestrictionStep step = Next(owner, words, ref i, tableWord);
            bool warned = list.Steps.Count > 0 && list.Steps[^1].Word.Name == RestrictionWords.WarnIfReject;
            if (IsLeftOut(step.Word))
            {
                // its warn_if_reject must not hold for what follows
                if (warned) list.Steps.RemoveAt(list.Steps.Count - 1);
                continue;
            }
            list.Steps.Add(step);
            if (step.Word.IsFinal && i + 1 < words.Count && !warned)
                Problems.Add($"{owner}: restriction \"{words[i + 1]}\" after \"{step.Word.Name}\" is ignored");
        }
        return list;
    }

    private bool IsLeftOut(RestrictionWord word) => !word.IsAvailable && word.Argument != ArgumentKind.None && LeftOut.Contains(word.Name);

    private RestrictionStep Next(string owner, List<string> words, ref int i, string? tableWord)
    {
        string name = words[i];
        if (name.Contains(':'))
        {
            if (tableWord is null) return Bad(name, $"{owner}: a check_..._access word must stand before \"{name}\"");
            return new RestrictionStep(RestrictionWords.Find(tableWord)!) { Argument = name, Table = OpenTable(owner, name) };
        }
        if (RestrictionWords.Find(name) is not { } word) return ClassOrUnknown(owner, name);
        if (word.Argument == ArgumentKind.None)
        {
            if (!word.IsAvailable) Problems.Add($"{owner}: restriction \"{name}\" is not supported yet");
            return new RestrictionStep(word);
        }
        if (i + 1 >= words.Count) return Bad(name, $"{owner}: restriction \"{name}\" lacks its argument");
        return WithArgument(owner, word, words[++i]);
    }

    private RestrictionStep WithArgument(string owner, RestrictionWord word, string argument)
    {
        RestrictionStep step = new(word) { Argument = argument };
        if (!word.IsAvailable) Problems.Add($"{owner}: restriction \"{word.Name}\" is not supported yet");
        else if (word.Argument == ArgumentKind.Time && !TimeText.TryParse(argument, 's', out step.Time))
            return Bad(word.Name, $"{owner}: restriction \"{word.Name}\" must be followed by a time, not \"{argument}\"");
        else if (word.Argument == ArgumentKind.Zone && (step.Zone = DnsblZone.Parse(argument)) is null)
            return Bad(word.Name, $"{owner}: restriction \"{word.Name}\" has a bad address filter: \"{argument}\"");
        else if (word.Argument == ArgumentKind.Table)
        {
            if (!argument.Contains(':')) return Bad(word.Name, $"{owner}: restriction \"{word.Name}\" must be followed by type:table, "
                + $"not \"{argument}\"");
            step.Table = OpenTable(owner, argument);
        }
        else if (word.Argument == ArgumentKind.Server && (step.Policy = FindPolicyServer(argument, out string problem)) is null)
            return Bad(word.Name, $"{owner}: restriction \"{word.Name}\": {problem}: \"{argument}\"");
        return step;
    }

    /// <summary>The same server for each restriction that names it, so that they share its connections.</summary>
    private PolicyServer? FindPolicyServer(string name, out string problem)
    {
        problem = "";
        if (_policyServers.TryGetValue(name, out PolicyServer? server)) return server;
        (server, problem) = PolicyServer(name);
        return server == null ? null : _policyServers[name] = server;
    }

    private RestrictionStep ClassOrUnknown(string owner, string name)
    {
        if (!_classTexts.TryGetValue(name, out string? text)) return Bad(name, $"{owner}: unknown restriction \"{name}\"");
        if (!_classes.TryGetValue(name, out RestrictionList? list))
        {
            // Entered before it is parsed, so that a class that uses itself ends; the depth limit catches it at run time.
            _classes[name] = list = new RestrictionList(name);
            list.Steps.AddRange(Parse(name, text, null).Steps);
        }
        return new RestrictionStep(RestrictionWords.ForClass(name)) { Class = list };
    }

    private RestrictionStep Bad(string name, string problem)
    {
        Problems.Add(problem);
        return new RestrictionStep(new RestrictionWord(name, ArgumentKind.None, null));
    }

    private AccessTable OpenTable(string owner, string spec)
    {
        if (_tables.TryGetValue(spec, out AccessTable? table)) return table;
        table = new AccessTable(spec, _parentStyle, _nullKey);
        foreach (string error in table.OpenErrors) Problems.Add($"{owner}: {error}");
        return _tables[spec] = table;
    }
}

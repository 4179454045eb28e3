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
    /// <param name="tableCheck">The restriction that a bare table stands for; null where there is none.</param>
    public RestrictionList Parse(string owner, string text, Restriction? tableCheck)
    {
        RestrictionList list = new(owner);
        List<string> words = ConfigList.Split(text);
        for (int i = 0; i < words.Count; i++)
        {
            RestrictionStep step = Next(owner, words, ref i, tableCheck);
            bool warned = list.Steps.Count > 0 && list.Steps[^1].WarnsIfReject;
            if (IsLeftOut(step))
            {
                // its warn_if_reject must not hold for what follows
                if (warned) list.Steps.RemoveAt(list.Steps.Count - 1);
                continue;
            }
            list.Steps.Add(step);
            if (step.IsFinal && i + 1 < words.Count && !warned)
                Problems.Add($"{owner}: restriction \"{words[i + 1]}\" after \"{step.Name}\" is ignored");
        }
        return list;
    }

    private bool IsLeftOut(RestrictionStep step) => step is { IsAvailable: false, Argument.Length: > 0 } && LeftOut.Contains(step.Name);

    private RestrictionStep Next(string owner, List<string> words, ref int i, Restriction? tableCheck)
    {
        string name = words[i];
        if (name.Contains(':'))
        {
            if (tableCheck is null) return Bad(name, $"{owner}: a check_..._access word must stand before \"{name}\"");
            return new RestrictionStep(tableCheck.Name, tableCheck) { Argument = name, Table = OpenTable(owner, name) };
        }
        if (RestrictionWords.Find(name) is not { } restriction) return ClassOrUnknown(owner, name);
        name = name.Equals(restriction.Name, StringComparison.OrdinalIgnoreCase) ? restriction.Name : restriction.OldName;
        RestrictionStep step = new(name, restriction);
        bool hasArgument = restriction.Argument is not (RestrictionArgument.None or RestrictionArgument.Restriction);
        if (hasArgument && i + 1 >= words.Count) return Bad(name, $"{owner}: restriction \"{name}\" lacks its argument");
        if (hasArgument) step.Argument = words[++i];
        if (step.IsAvailable) return hasArgument ? WithArgument(owner, step, restriction.Argument) : step;
        Problems.Add($"{owner}: restriction \"{name}\" is not supported yet");
        return step;
    }

    private RestrictionStep WithArgument(string owner, RestrictionStep step, RestrictionArgument kind)
    {
        string name = step.Name, argument = step.Argument;
        if (kind == RestrictionArgument.Time && !TimeText.TryParse(argument, 's', out step.Time))
            return Bad(name, $"{owner}: restriction \"{name}\" must be followed by a time, not \"{argument}\"");
        if (kind == RestrictionArgument.Zone && (step.Zone = DnsblZone.Parse(argument)) is null)
            return Bad(name, $"{owner}: restriction \"{name}\" has a bad address filter: \"{argument}\"");
        if (kind == RestrictionArgument.Server && (step.Policy = FindPolicyServer(argument, out string problem)) is null)
            return Bad(name, $"{owner}: restriction \"{name}\": {problem}: \"{argument}\"");
        if (kind != RestrictionArgument.Table) return step;
        if (!argument.Contains(':'))
            return Bad(name, $"{owner}: restriction \"{name}\" must be followed by type:table, not \"{argument}\"");
        step.Table = OpenTable(owner, argument);
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
        return new RestrictionStep(name, null) { Class = list };
    }

    private RestrictionStep Bad(string name, string problem)
    {
        Problems.Add(problem);
        return new RestrictionStep(name, null);
    }

    private AccessTable OpenTable(string owner, string spec)
    {
        if (_tables.TryGetValue(spec, out AccessTable? table)) return table;
        table = new AccessTable(spec, _parentStyle, _nullKey);
        foreach (string error in table.OpenErrors) Problems.Add($"{owner}: {error}");
        return _tables[spec] = table;
    }
}

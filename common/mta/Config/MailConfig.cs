namespace MtaSuite.Common.Config;

/// <summary>
/// The values of all parameters for one process: overrides (<c>-o</c>), then main.cf, then defaults. Read at start into a settings object;
/// nothing here is meant for hot paths. Not for several threads at once.
/// </summary>
public sealed partial class MailConfig
{
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _computed = new(StringComparer.Ordinal);
    private readonly ValueFiles _files;
    private readonly List<ConfigProblem> _problems = [];
    private bool _expandsPath;

    /// <summary>A value as it was written, and where.</summary>
    private readonly record struct Setting(string Value, string File, int Line);

    /// <summary>The configuration directory.</summary>
    public string Directory { get; }

    /// <summary>The service of master.cf this process serves; empty for commands.</summary>
    public string ServiceName { get; }

    /// <summary>The program's name.</summary>
    public string ProcessName { get; }

    /// <summary>Where facts about this machine come from.</summary>
    public IHostFacts Host { get; }

    /// <summary>Everything found wrong so far.</summary>
    public IReadOnlyList<ConfigProblem> Problems => _problems;

    private MailConfig(string directory, string? serviceName, string? processName, IHostFacts? host, ValueFiles files)
    {
        _files = files;
        Directory = directory;
        ServiceName = serviceName ?? "";
        ProcessName = processName ?? "";
        Host = host ?? HostFacts.Real;
    }

    /// <summary>True where main.cf or an override sets the name.</summary>
    public bool Explicit(string name) => _settings.ContainsKey(name);

    /// <summary>All names that main.cf or an override sets.</summary>
    public IEnumerable<string> ExplicitNames => _settings.Keys;

    /// <summary>The unexpanded text of what main.cf or an override sets, or null.</summary>
    public string? ExplicitText(string name) => _settings.TryGetValue(name, out Setting s) ? s.Value : null;

    /// <summary>The unexpanded text that holds for a name: set, or the default. Null: the name is unknown.</summary>
    public string? TextOf(string name)
    {
        if (_settings.TryGetValue(name, out Setting setting)) return setting.Value;
        if (ParamRegistry.Find(name) is { } param) return DefaultOf(param);
        return ParamRegistry.FindFamily(name, out _) is { } family ? "$" + family.FallbackParam.Name : null;
    }

    /// <summary>The unexpanded default of a parameter. What the host must be asked for is asked once.</summary>
    public string DefaultOf(Param param)
    {
        if (param.Computed == null) return param.Default;
        if (_computed.TryGetValue(param.Name, out string? text)) return text;
        _computed[param.Name] = ""; // a default that asks for itself gets nothing rather than no end
        return _computed[param.Name] = param.Computed(this);
    }

    /// <summary>Expands all names in a text; what is wrong with it becomes a problem, and the result ends there.</summary>
    public string Expand(string text) => Expand(text, null);

    /// <summary>
    /// Expands all names in a text. <paramref name="extra"/> is asked first for each name; its answers are taken as they are, never
    /// searched for further names, so they may come from outside.
    /// </summary>
    public string Expand(string text, Func<string, string?>? extra)
    {
        string result = MacroExpander.Expand(text, name => Lookup(name, extra), out string? problem);
        if (problem != null) AddProblem(new(Severity.Error, "", 0, problem));
        return result;
    }

    /// <summary>Expands all names in a text, or says what is wrong with it.</summary>
    public bool TryExpand(string text, out string result, out string? problem) => TryExpand(text, null, out result, out problem);

    /// <summary>The same, with <paramref name="extra"/> asked first for each name.</summary>
    public bool TryExpand(string text, Func<string, string?>? extra, out string result, out string? problem)
    {
        result = MacroExpander.Expand(text, name => Lookup(name, extra), out problem);
        return problem == null;
    }

    private MacroValue Lookup(string name, Func<string, string?>? extra)
    {
        if (extra?.Invoke(name) is { } text) return new(text, true);
        return new(ValueText(name), ParamRegistry.Find(name) is { IsRaw: true });
    }

    /// <summary>
    /// As <see cref="TextOf"/>, read from the file it names where the parameter allows that; its default where the file gives no value.
    /// </summary>
    private string? ValueText(string name)
    {
        string? text = TextOf(name);
        if (ParamRegistry.Find(name) is not TextParam { NamesFile: true } param || FromFile(param, text) is not { } file) return text;
        return file.Value ?? DefaultOf(param);
    }

    /// <summary>The first line of the file that a value names; null where it names none.</summary>
    private FileValue? FromFile(TextParam param, string? text)
    {
        if (text == null || !param.NamesFile || _expandsPath) return null;
        // a path that refers to its own parameter ends here
        _expandsPath = true;
        if (text.Contains('$') && TryExpand(text, out string path, out _)) text = path;
        _expandsPath = false;
        return text.StartsWith('/') ? _files.Read(text) : null;
    }

    /// <summary>Splits a value into the items of its list: comma or white space between them, <c>{ }</c> holds an item together.</summary>
    public static List<string> SplitList(string text) => ConfigList.Split(text);

    private void AddProblem(ConfigProblem problem)
    {
        if (!_problems.Contains(problem)) _problems.Add(problem);
    }
}

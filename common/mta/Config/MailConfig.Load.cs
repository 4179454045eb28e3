namespace MtaSuite.Common.Config;

public sealed partial class MailConfig
{
    /// <summary>
    /// Reads main.cf in a directory and puts the overrides over it. Every value that was set is checked; bad ones are errors with file
    /// and line, and their defaults hold. The result's configuration is always usable; whether to go on is the caller's choice.
    /// </summary>
    /// <param name="overrides">The <c>-o name=value</c> of the command line or of master.cf, in order.</param>
    /// <param name="serviceName">The service of master.cf, for <c>$service_name</c>.</param>
    /// <param name="processName">The program, for <c>$process_name</c>.</param>
    /// <param name="host">Facts about the machine; null: the real ones.</param>
    /// <param name="files">Read instead of the files themselves; null: what this process was given, if anything.</param>
    public static ConfigResult Load(string directory, IReadOnlyList<KeyValuePair<string, string>>? overrides = null,
        string? serviceName = null, string? processName = null, IHostFacts? host = null, ConfigSnapshot? files = null)
    {
        var problems = new List<ConfigProblem>();
        string path = Path.Combine(directory, MainCf.FileName);
        MainCf main = MainCf.Load(path, problems, files);
        return Build(main, path, problems, directory, overrides, serviceName, processName, host, files);
    }

    /// <summary>As <see cref="Load"/>, from the text of a main.cf; <paramref name="file"/> is what problems name.</summary>
    public static ConfigResult Parse(string text, string file = MainCf.FileName,
        IReadOnlyList<KeyValuePair<string, string>>? overrides = null, string? serviceName = null, string? processName = null,
        IHostFacts? host = null)
    {
        var problems = new List<ConfigProblem>();
        MainCf main = MainCf.Parse(text, file, problems);
        return Build(main, file, problems, Path.GetDirectoryName(file) ?? "", overrides, serviceName, processName, host);
    }

    private static ConfigResult Build(MainCf main, string file, List<ConfigProblem> problems, string directory,
        IReadOnlyList<KeyValuePair<string, string>>? overrides, string? serviceName, string? processName, IHostFacts? host,
        ConfigSnapshot? files = null)
    {
        ValueFiles values = new(files ?? ConfigSnapshot.OfProcess);
        MailConfig config = new(directory, serviceName, processName, host, values);
        config._problems.AddRange(problems);
        foreach (MainCfEntry entry in main.ByName.Values) config.Set(entry.Name, new(entry.Value, file, entry.Line));
        foreach (KeyValuePair<string, string> pair in overrides ?? []) config.Set(pair.Key, new(pair.Value, "", 0));
        config.CheckSettings();
        return new(config, config._problems);
    }

    /// <summary>
    /// The same configuration with another value of one parameter, as an override gives it. Nothing is read or checked again: a value that
    /// is bad now gives way to its default.
    /// </summary>
    public MailConfig With(string name, string value)
    {
        MailConfig copy = new(Directory, ServiceName, ProcessName, Host, _files);
        foreach ((string other, Setting setting) in _settings) copy._settings[other] = setting;
        copy.Set(name, new(value, "", 0));
        return copy;
    }

    private void Set(string name, Setting setting)
    {
        if (ParamRegistry.Find(name) is { ReadOnly: true })
            AddProblem(new(Severity.Warning, setting.File, setting.Line, $"read-only parameter assignment: {name}={setting.Value}"));
        else _settings[name] = setting;
    }

    private void CheckSettings()
    {
        foreach ((string name, Setting setting) in _settings)
            if (CheckValue(name, setting.Value) is { } problem) AddProblem(new(SeverityOf(name), setting.File, setting.Line, problem));
    }

    /// <summary>How bad a bad value of a name is: what has no effect stops nothing.</summary>
    public static Severity SeverityOf(string name)
    {
        bool? effective = ParamRegistry.Find(name)?.Effective ?? ParamRegistry.FindFamily(name, out _)?.Effective;
        return effective == false ? Severity.Warning : Severity.Error;
    }

    /// <summary>
    /// What is wrong with an unexpanded value of a name, or null. Unknown names take any value that can be expanded.
    /// </summary>
    public string? CheckValue(string name, string text)
    {
        Param? param = ParamRegistry.Find(name) ?? ParamRegistry.FindFamily(name, out _)?.FallbackParam;
        if (param is { IsRaw: true }) return param.Check(text, this);
        if (param is TextParam named && FromFile(named, text) is { } file)
        {
            if (file.Value == null) return $"bad value of {name}: {file.Problem}";
            text = file.Value;
        }
        if (!TryExpand(text, out string value, out string? problem)) return $"bad value of {name}: {problem}";
        string? bad = param?.Check(value, this);
        return bad == null || param!.Name == name ? bad : bad.Replace(param.Name, name, StringComparison.Ordinal);
    }

    /// <summary>Where a name is set: file and line; empty and 0 for an override or a default.</summary>
    public (string File, int Line) WhereSet(string name) => _settings.TryGetValue(name, out Setting s) ? (s.File, s.Line) : ("", 0);
}

using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// A few values of main.cf without the whole configuration, for commands that run in shell loops: loading everything costs more than a
/// small message. A value that needs expansion falls back to the whole.
/// </summary>
internal sealed class QuickConfig
{
    private readonly MainCf _main;
    private readonly List<ConfigProblem> _problems = [];
    private readonly string _process;
    private MailConfig? _full;

    private QuickConfig(string directory, string process)
    {
        Directory = directory;
        _process = process;
        _main = MainCf.Load($"{directory}/{MainCf.FileName}", _problems);
    }

    public string Directory { get; }

    /// <summary>The whole configuration, loaded when first asked for.</summary>
    public MailConfig Full => _full ??= MailConfig.Load(Directory, processName: _process).Config;

    /// <summary>Reads main.cf; an error text when it cannot be read.</summary>
    public static QuickConfig? Load(string directory, string process, out string error)
    {
        QuickConfig config = new(directory, process);
        ConfigProblem? open = config._problems.Find(p => p.Severity == Severity.Error && p.File.Length == 0);
        error = open?.Text ?? "";
        return open == null ? config : null;
    }

    /// <summary>A number's value.</summary>
    public long Get(LongParam param) =>
        _full == null && param.TryParse(_main.ByName.TryGetValue(param.Name, out MainCfEntry? entry) ? entry.Value
            : param.Default, out long value) ? value : Full.Get(param);

    /// <summary>A parameter's value.</summary>
    public string Get(TextParam param)
    {
        string? text = _main.ByName.TryGetValue(param.Name, out MainCfEntry? entry) ? entry.Value : param.Computed == null ? param.Default
            : null;
        bool inFile = param.NamesFile && text?.StartsWith('/') == true;
        return _full != null || text is not { Length: > 0 } || text.Contains('$') || inFile ? Full.Get(param) : text;
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postconf;

/// <summary>The configuration as the command shows it: the texts in main.cf and master.cf, the defaults, and the names there are.</summary>
internal sealed class ConfigView
{
    public PostconfOptions Options { get; }
    public PostconfOutput Output { get; }
    public string Directory { get; }

    /// <summary>The settings of main.cf and of <c>-o</c>, unexpanded.</summary>
    public Dictionary<string, string> Main { get; } = new(StringComparer.Ordinal);

    public List<MasterLine> Services { get; private set; } = [];
    public ParamTable Table { get; }

    private readonly MailConfig config;

    private ConfigView(PostconfOptions options, string directory, PostconfOutput output)
    {
        Options = options;
        Output = output;
        Directory = directory;
        if (!options.Has(Modes.Defaults)) ReadMain();
        // computed defaults see what is set, but never a path of this machine's caller as config_directory
        string text = string.Concat(Main.Select(m => $"{m.Key} = {m.Value}\n"));
        config = MailConfig.Parse(text, "", processName: "postconf").Config;
        Table = new ParamTable();
    }

    /// <summary>Reads both files; a missing master.cf is fatal only where it is what the command is about.</summary>
    public static ConfigView Load(PostconfOptions options, string directory, bool needMaster, PostconfOutput output)
    {
        var view = new ConfigView(options, directory, output);
        view.ReadMaster(needMaster);
        view.Table.AddServices(view.Services);
        if (!options.Has(Modes.Defaults)) UserParams.Register(view);
        return view;
    }

    private void ReadMain()
    {
        if (Options.Directory != null) Main["config_directory"] = Options.Directory;
        string path = Path.Combine(Directory, MainCf.FileName);
        var problems = new List<ConfigProblem>();
        MainCf file = MainCf.Load(path, problems);
        foreach (ConfigProblem problem in problems)
            if (problem.Severity == Severity.Error)
                throw new PostconfFatalException(problem + (problem.File.Length == 0 ? Tool.WithoutFolder(Options.Directory) : ""));
            else Output.Warning(problem.ToString());
        foreach (MainCfEntry entry in file.Entries) Main[entry.Name] = entry.Value;
        foreach (KeyValuePair<string, string> pair in Options.Overrides) Main[pair.Key] = pair.Value;
    }

    private void ReadMaster(bool needed)
    {
        string path = Path.Combine(Directory, MasterCf.FileName);
        if (ConfigFile.TryRead(path, out string content, out string reason))
        {
            Services = MasterLine.ParseAll(content, path, Output);
            return;
        }
        string text = $"open {path}: {reason}";
        if (needed) throw new PostconfFatalException(text);
        Output.Warning(text);
    }

    /// <summary>The unexpanded default of a name, or null.</summary>
    public string? DefaultOf(string name)
    {
        if (Table.Find(name) is not { } node) return null;
        if (node.Param is not { } param) return node.DefaultText;
        return param.Name == "config_directory" ? param.Default : config.DefaultOf(param);
    }

    /// <summary>
    /// The unexpanded value of a name as a service sees it (null: as all see it). Null: nothing to show, because the name is unknown, or
    /// because only what is set shall be shown.
    /// </summary>
    public string? ValueOf(string name, MasterLine? service, bool explicitOnly)
    {
        if (Options.Has(Modes.Defaults)) return DefaultOf(name);
        if (service != null)
        {
            string program = Path.GetFileName(service.Command);
            if (name == "process_name") return program;
            if (name == "service_name") return service.Service;
            if (service.Overrides?.TryGetValue(name, out string? own) == true) return own;
        }
        if (Main.TryGetValue(name, out string? value)) return value;
        return explicitOnly ? null : DefaultOf(name);
    }

    /// <summary>Expands a value as a service sees it.</summary>
    public string Expand(string text, MasterLine? service)
    {
        string result = MacroExpander.Expand(text, name => new(ValueOf(name, service, false), Table.Find(name) is { IsRaw: true }),
            out string? problem);
        if (problem == null) return result;
        Output.Warning(problem);
        throw new PostconfFatalException("macro processing error");
    }
}

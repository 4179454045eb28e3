using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Check;

/// <summary>One service and its configuration.</summary>
public sealed record CheckedService(ServiceEntry Entry, MailConfig Config);

/// <summary>What a check of the configuration works on, and where it reports to.</summary>
public sealed class CheckContext
{
    private readonly List<ConfigProblem> problems = [];

    internal CheckContext(string directory, MailConfig config, IReadOnlyList<CheckedService> services)
    {
        Directory = directory;
        Config = config;
        Services = services;
    }

    /// <summary>The configuration directory.</summary>
    public string Directory { get; }

    /// <summary>main.cf.</summary>
    public MailConfig Config { get; }

    /// <summary>The services of master.cf, each with its overrides over main.cf.</summary>
    public IReadOnlyList<CheckedService> Services { get; }

    /// <summary>What was found, without repetition.</summary>
    public IReadOnlyList<ConfigProblem> Problems => problems;

    public string MainFile => Path.Combine(Directory, MainCf.FileName);
    public string MasterFile => Path.Combine(Directory, MasterCf.FileName);

    public void Report(ConfigProblem problem)
    {
        if (!problems.Contains(problem)) problems.Add(problem);
    }

    public void Report(Severity severity, string file, int line, string text) => Report(new ConfigProblem(severity, file, line, text));

    /// <summary>
    /// Reports about a parameter, at the place that sets it: main.cf, or the service's line where an override does. Without either, at
    /// main.cf.
    /// </summary>
    public void ReportSetting(Severity severity, MailConfig config, string parameter, int serviceLine, string text)
    {
        (string file, int line) = config.WhereSet(parameter);
        if (line > 0) Report(severity, file, line, text);
        else if (config.Explicit(parameter) && serviceLine > 0) Report(severity, MasterFile, serviceLine, text);
        else Report(severity, MainFile, 0, text);
    }
}

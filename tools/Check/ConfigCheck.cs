using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Check;

/// <summary>
/// Checks a whole configuration: syntax, values, unknown and deprecated names, restrictions, master.cf. Errors keep the suite from
/// starting; warnings name what is accepted and changes nothing. Tables and permissions are checked by others, given as further checks.
/// </summary>
public static class ConfigCheck
{
    /// <summary>Checks the files in a directory. The problems come in the order of file and line.</summary>
    public static IReadOnlyList<ConfigProblem> Run(string directory, IReadOnlyList<Action<CheckContext>>? further = null,
        IHostFacts? host = null)
    {
        ConfigResult main = MailConfig.Load(directory, host: host);
        var problems = new List<ConfigProblem>();
        List<ServiceEntry> entries = MasterCf.Load(directory, problems);
        var services = new List<CheckedService>();
        foreach (ServiceEntry entry in entries)
            services.Add(new(entry, MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command, host).Config));
        var context = new CheckContext(directory, main.Config, services);
        foreach (ConfigProblem problem in main.Problems.Concat(problems)) context.Report(problem);
        CheckServices(context);
        NameCheck.Run(context);
        CheckDefaults(context);
        RestrictionCheck.Run(context, context.Config, 0);
        foreach (Action<CheckContext> check in further ?? []) check(context);
        return [.. context.Problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)];
    }

    private static void CheckServices(CheckContext context)
    {
        if (ServicePrograms.ChrootProblem([.. context.Services.Select(s => s.Entry)]) is { } chroot)
            context.Report(chroot with { File = context.MasterFile });
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (CheckedService service in context.Services)
        {
            ServiceEntry entry = service.Entry;
            if (Protections.Commands.FirstOrDefault(p => p.Name == entry.Command) is { } missing)
            {
                (Severity severity, string text) = Protections.Verdict(service.Config, missing);
                context.Report(severity, context.MasterFile, entry.Line, $"service {entry.Name}: {text}");
            }
            else if (ServicePrograms.Problem(entry) is { } problem) context.Report(problem with { File = context.MasterFile });
            if (!seen.TryAdd(entry.ToString(), entry.Line))
                context.Report(Severity.Error, context.MasterFile, entry.Line,
                    $"service {entry} is already defined in line {seen[entry.ToString()]}");
            foreach ((string name, string value) in entry.Overrides)
                if (service.Config.CheckValue(name, value) is { } bad)
                    context.Report(MailConfig.SeverityOf(name), context.MasterFile, entry.Line, bad);
            // a service that overrides nothing uses the lists of main.cf, which are checked once
            if (entry.Command == "smtpd" && entry.Overrides.Count > 0)
                RestrictionCheck.Run(context, service.Config, entry.Line);
        }
    }

    /// <summary>
    /// A default goes bad when it refers to a parameter whose good value does not fit it. One that cannot be expanded refers to a parameter
    /// that was already reported.
    /// </summary>
    private static void CheckDefaults(CheckContext context)
    {
        foreach (Param param in ParamRegistry.All)
        {
            if (context.Config.Explicit(param.Name) || !param.Effective) continue;
            string text = context.Config.DefaultOf(param);
            if (!text.Contains('$') || param.IsRaw || !context.Config.TryExpand(text, out string value, out _)) continue;
            if (param.Check(value, context.Config) is { } problem)
                context.Report(Severity.Error, context.MainFile, 0, $"{problem} (its default is {text})");
        }
    }
}

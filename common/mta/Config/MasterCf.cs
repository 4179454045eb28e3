using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>
/// Reads master.cf: one service a line, eight columns and the command's arguments.
/// <code>service type private unpriv chroot wakeup maxproc command *( argument / "{" text "}" )</code>
/// </summary>
public static class MasterCf
{
    public const string FileName = "master.cf";
    public const int Columns = 8;

    /// <summary>Reads <c>master.cf</c> in a configuration directory. A defective line becomes a problem and is left out.</summary>
    /// <param name="files">Read instead of the file itself; null: what this process was given, if anything.</param>
    public static List<ServiceEntry> Load(string directory, List<ConfigProblem> problems, ConfigSnapshot? files = null)
    {
        string path = Path.Combine(directory, FileName);
        return ConfigFile.TryRead(files ?? ConfigSnapshot.OfProcess, path, problems, out string text) ? Parse(text, path, problems) : [];
    }

    /// <summary>Parses a text; <paramref name="file"/> is what problems name.</summary>
    public static List<ServiceEntry> Parse(string text, string file, List<ConfigProblem> problems)
    {
        var services = new List<ServiceEntry>();
        foreach (LogicalLine line in LogicalLines.Split(text, file, problems))
        {
            if (TryParseLine(line, out ServiceEntry? entry, out string problem)) services.Add(entry!);
            else problems.Add(new(Severity.Error, file, line.FirstLine, problem));
        }
        return services;
    }

    private static bool TryParseLine(LogicalLine line, out ServiceEntry? entry, out string problem)
    {
        entry = null;
        List<string> fields = ConfigList.Split(line.Text, LogicalLines.Space);
        problem = fields.Count < Columns ? $"bad field count: {fields.Count} columns instead of {Columns}" : "";
        if (problem.Length > 0) return false;
        if (!ServiceType.All.Contains(fields[1])) problem = $"unknown service type: \"{fields[1]}\"";
        bool isPrivate = Flag(fields[2], fields[1] != ServiceType.Inet, "private", ref problem);
        bool unprivileged = Flag(fields[3], true, "unprivileged", ref problem);
        bool chroot = Flag(fields[4], false, "chroot", ref problem);
        bool onlyIfUsed = fields[5].EndsWith('?');
        int wakeup = Number(onlyIfUsed ? fields[5][..^1] : fields[5], "wakeup time", ref problem) ?? 0;
        int? maxProc = Number(fields[6], "process limit", ref problem);
        if (fields[1] == ServiceType.Inet && isPrivate) problem = "a service of type inet cannot be private";
        List<string> arguments = fields[Columns..];
        var overrides = new List<KeyValuePair<string, string>>();
        ReadOverrides(arguments, overrides, ref problem);
        if (problem.Length > 0) return false;
        entry = new(fields[0], fields[1], isPrivate, unprivileged, chroot, wakeup, onlyIfUsed, maxProc, fields[7], arguments, overrides,
            line.FirstLine);
        return true;
    }

    private static bool Flag(string field, bool standard, string what, ref string problem)
    {
        if (field is not ("y" or "n" or "-")) problem = $"bad {what} field: \"{field}\" is not one of y, n, -";
        return field == "-" ? standard : field == "y";
    }

    private static int? Number(string field, string what, ref string problem)
    {
        if (field == "-") return null;
        if (int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return number;
        problem = $"bad {what} field: \"{field}\" is neither a number nor -";
        return null;
    }

    private static void ReadOverrides(List<string> arguments, List<KeyValuePair<string, string>> overrides, ref string problem)
    {
        for (int i = 0; i < arguments.Count && IsOption(arguments[i]); i++)
        {
            int o = arguments[i].IndexOf('o', 1);
            if (o < 0) continue;
            string value = arguments[i][(o + 1)..];
            if (value.Length == 0 && i + 1 < arguments.Count) value = arguments[++i];
            if (!ConfigList.TryUnbrace(value, out string assignment)) problem = $"bad override: \"{value}\": text after the closing brace";
            else if (!MainCf.TrySplit(assignment, out string name, out string text, out string trouble))
                problem = $"bad override: \"{value}\": {trouble}";
            else overrides.Add(new(name, text));
        }
    }

    /// <summary>The arguments that follow the options.</summary>
    internal static List<string> WithoutOptions(IReadOnlyList<string> arguments)
    {
        int i = 0;
        for (; i < arguments.Count && IsOption(arguments[i]); i++)
            if (TakesValue(arguments[i])) i++;
        if (i < arguments.Count && arguments[i] == "--") i++;
        return [.. arguments.Skip(i)];
    }

    /// <summary>An argument that begins with a hyphen, but the lone <c>--</c> that ends the options.</summary>
    public static bool IsOption(string argument) => argument.StartsWith('-') && argument != "--";

    /// <summary>An option whose value stands in the argument after it: <c>-o</c>, alone or at the end of others (<c>-vo</c>).</summary>
    public static bool TakesValue(string option) => option.IndexOf('o', 1) == option.Length - 1;
}

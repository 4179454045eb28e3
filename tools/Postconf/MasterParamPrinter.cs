namespace MtaSuite.Tools.Postconf;

/// <summary>
/// Shows the overrides of services, and with <c>-PP</c> all parameters as a service sees them: <c>service/type/name = value</c>.
/// </summary>
internal static class MasterParamPrinter
{
    public static void Show(ConfigView view)
    {
        List<ServicePattern> patterns =
            ServicePattern.ParseAll(view.Options.Names, 3, "-P option requires service_name[/type[/parameter]]");
        foreach (MasterLine line in view.Services)
        {
            Dictionary<string, string>? settings = view.Options.Has(Modes.AllMasterParams) ? Merged(view, line, patterns.Count > 0)
                : line.Overrides;
            if (settings == null) continue;
            if (patterns.Count == 0) PrintAll(view, line, settings);
            foreach (ServicePattern pattern in patterns)
            {
                if (!pattern.Match(line.Service, line.Type)) continue;
                if (pattern.Rest == "*") PrintAll(view, line, settings);
                else if (settings.TryGetValue(pattern.Rest, out string? value)) Print(view, line, pattern.Rest, value);
                else continue;
                pattern.Matches++;
            }
        }
        ServicePattern.WarnUnmatched(patterns, view.Output);
    }

    /// <summary>Everything a service sees; the chosen classes count only where no names were given.</summary>
    private static Dictionary<string, string> Merged(ConfigView view, MasterLine line, bool named)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in view.Table.Names(named ? ParamClasses.All : view.Options.Classes))
            if (view.ValueOf(name, line, false) is { } value) settings[name] = value;
        foreach ((string name, string value) in line.Overrides ?? []) settings.TryAdd(name, value);
        return settings;
    }

    private static void PrintAll(ConfigView view, MasterLine line, Dictionary<string, string> settings)
    {
        foreach ((string name, string value) in settings.OrderBy(s => s.Key, StringComparer.Ordinal)) Print(view, line, name, value);
    }

    private static void Print(ConfigView view, MasterLine line, string name, string value)
    {
        if (view.Options.Has(Modes.Expand) && !view.Options.Has(Modes.HideValue)) value = view.Expand(value, line);
        MainPrinter.PrintPair(view, $"{line.Key}/{name}", value);
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Postconf;

/// <summary>Reports settings that change nothing, and deprecated ones.</summary>
internal static class UnusedParams
{
    /// <summary>Warnings about main.cf. True: something in it is deprecated.</summary>
    public static bool WarnMain(ConfigView view) => Warn(view, view.Main, MainCf.FileName, null);

    /// <summary>Warnings about the overrides in master.cf. True: something in it is deprecated.</summary>
    public static bool WarnMaster(ConfigView view)
    {
        bool deprecated = false;
        foreach (MasterLine service in view.Services)
            if (service.Overrides != null) deprecated |= Warn(view, service.Overrides, MasterCf.FileName, service);
        return deprecated;
    }

    private static bool Warn(ConfigView view, Dictionary<string, string> settings, string file, MasterLine? service)
    {
        bool deprecated = false;
        foreach ((string name, string value) in settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            bool known = view.Table.Contains(name) || service?.ValidNames.Contains(name) == true;
            string? instead = DeprecatedParams.Advice(name);
            deprecated |= instead != null;
            if (instead != null)
                view.Output.Warning(known
                    ? $"{view.Directory}/{file}: support for parameter \"{name}\" will be removed; instead, {instead}"
                    : $"{view.Directory}/{file}: support for parameter {name} has been removed; instead, {instead}");
            else if (!known) view.Output.Warning($"{view.Directory}/{file}: unused parameter: {name}={value}");
        }
        return deprecated;
    }
}

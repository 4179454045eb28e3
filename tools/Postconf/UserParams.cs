using MtaSuite.Common.Config;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Postconf;

/// <summary>
/// Finds the names a user made up that something refers to: by <c>$name</c> in a value, by <c>smtpd_restriction_classes</c>, or as the
/// prefix of the parameters of a database table (<c>ldap:prefix</c>). Whatever else is set in vain is reported by <see
/// cref="UnusedParams"/>.
/// </summary>
internal sealed class UserParams(ConfigView view)
{
    private readonly HashSet<string> restrictionClasses = new(StringComparer.Ordinal);

    public static void Register(ConfigView view)
    {
        var self = new UserParams(view);
        foreach (MasterLine service in view.Services) service.CollectOverrides();
        foreach (MasterLine service in view.Services)
            if (service.Overrides != null) self.Scan(service.Overrides, service);
        self.ScanDefaults();
        self.Scan(view.Main, null);
    }

    private void Scan(Dictionary<string, string> settings, MasterLine? service)
    {
        if (settings.TryGetValue("smtpd_restriction_classes", out string? classes))
            foreach (string name in ConfigList.Split(view.Expand(classes, service)))
            {
                if (service == null) restrictionClasses.Add(name);
                Refer(name, service, false);
            }
        foreach ((string name, string value) in settings.ToList())
        {
            if (service != null && restrictionClasses.Contains(name)) service.ValidNames.Add(name);
            ParamNode? node = view.Table.Find(name);
            if (node?.Param is { ReadOnly: true })
            {
                view.Output.Warning($"{FileOf(service)}: read-only parameter assignment: {name}={value}");
                settings.Remove(name);
                continue;
            }
            if (node?.Param is { Legacy: true }) view.Table.ShowLegacy(name);
            if (node is { IsRaw: true }) continue;
            ScanValue(value, service);
            if (node != null && (node.Classes & (ParamClasses.Builtin | ParamClasses.Service)) != 0)
                foreach (string prefixed in DatabaseNames.In(view.Expand(value, service), (word, rest) => WarnComment(word, rest, service),
                    problem => view.Output.Warning($"{FileOf(service)}{(service == null ? "" : $":{service.Key}")}: {problem}")))
                    Refer(prefixed, service, true);
        }
    }

    /// <summary>Defaults refer to old names: one that is set is deprecated, not unused.</summary>
    private void ScanDefaults()
    {
        foreach (string name in view.Table.Names(ParamClasses.All).ToList())
            if (view.Table.Find(name) is { IsRaw: false } && !view.Main.ContainsKey(name)) ScanValue(view.DefaultOf(name)!, null);
    }

    private void ScanValue(string text, MasterLine? service)
    {
        List<string> names = MacroExpander.NamesIn(text, out string? problem);
        foreach (string name in names) Refer(name, service, false);
        if (problem != null) view.Output.Warning(problem);
    }

    /// <summary>Makes a name known where it is set; a name that is set nowhere and has no default is reported.</summary>
    private void Refer(string name, MasterLine? service, bool mayBeMissing)
    {
        bool isSet = true;
        if (service?.Overrides?.ContainsKey(name) == true) service.ValidNames.Add(name);
        else if (view.Main.ContainsKey(name)) view.Table.AddUser(name);
        else isSet = false;
        if (service == null)
            foreach (MasterLine other in view.Services)
                if (other.Overrides?.ContainsKey(name) == true)
                {
                    isSet = true;
                    other.ValidNames.Add(name);
                }
        if (!isSet && !mayBeMissing && !view.Table.Contains(name))
            view.Output.Warning($"{FileOf(service)}: undefined parameter: {name}");
    }

    private void WarnComment(string word, string rest, MasterLine? service) =>
        view.Output.Warning($"{FileOf(service)}: #comment after other text is not allowed: {word} "
        + $"{(rest.Length > 20 ? rest[..20] : rest)}...");

    private string FileOf(MasterLine? service) => $"{view.Directory}/{(service == null ? MainCf.FileName : MasterCf.FileName)}";
}

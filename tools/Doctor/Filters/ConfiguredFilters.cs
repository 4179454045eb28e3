using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Tools.Check;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tools.Doctor.Filters;

/// <summary>
/// Finds the filters that the services of master.cf have, by main.cf and by their own -o: milters, policy servers of all restriction lists
/// and classes, content filters, filters before the queue, the greylist. What tables name is found as far as tables can be listed.
/// </summary>
internal sealed class ConfiguredFilters
{
    private readonly List<ConfiguredFilter> _found = [];

    private ConfiguredFilters()
    {
    }

    /// <summary>All filters of an instance, each once, in the order of master.cf.</summary>
    public static List<ConfiguredFilter> Of(string configDirectory)
    {
        ConfiguredFilters filters = new();
        foreach (ServiceEntry entry in MasterCf.Load(configDirectory, []))
        {
            if (entry.Command is not ("smtpd" or "cleanup" or "pickup")) continue;
            CheckedService service =
                new(entry, MailConfig.Load(configDirectory, entry.Overrides, entry.Name, entry.Command).Config);
            MailConfig config = service.Config;
            if (entry.Command == "cleanup")
                filters.AddMilters(service, MilterParams.NonSmtpdMilters, new MilterSettings(config).NonSmtpd);
            else filters.Add(service, FilterKind.ContentFilter, config.Get(SmtpdParams.ContentFilter), SmtpdParams.ContentFilter.Name);
            if (entry.Command == "smtpd") filters.AddServer(service);
        }
        return filters._found;
    }

    private void AddServer(CheckedService service)
    {
        MailConfig config = service.Config;
        if (!config.GetList(SmtpdParams.ReceiveOverrideOptions).Contains("no_milters")) AddSmtpdMilters(service);
        foreach (string list in RestrictionWords.Lists.Concat(RestrictionWords.Items(config, RestrictionWords.Classes)))
            AddRestrictions(service, list);
        Add(service, FilterKind.ProxyFilter, config.Get(SmtpdParams.SmtpdProxyFilter), SmtpdParams.SmtpdProxyFilter.Name);
    }

    private void AddSmtpdMilters(CheckedService service)
    {
        MilterSettings settings = new(service.Config);
        AddMilters(service, MilterParams.SmtpdMilters, settings.Smtpd);
        foreach (string table in service.Config.GetList(MilterParams.SmtpdMilterMaps))
            TableValues.Visit(table, list =>
            {
                if (!list.Contains('$')) AddMilters(service, MilterParams.SmtpdMilterMaps, settings.Parse(list));
                return true;
            });
    }

    private void AddMilters(CheckedService service, Param parameter, IReadOnlyList<MilterService> milters)
    {
        foreach (MilterService milter in milters)
            Add(new ConfiguredFilter(FilterKind.Milter, milter.Name, service) { Milter = milter }, parameter.Name);
    }

    private void AddRestrictions(CheckedService service, string list)
    {
        List<string> items = RestrictionWords.Items(service.Config, list);
        for (int i = 0; i < items.Count; i++)
        {
            Restriction? restriction = RestrictionWords.Find(items[i]);
            if (restriction == RestrictionWords.Greylist) Add(service, FilterKind.Greylist, restriction.Name, list);
            if (restriction != RestrictionWords.CheckPolicyService || ++i == items.Count) continue;
            PolicyServerSettings? policy = PolicyServerSettings.Parse(items[i], service.Config, out _);
            Add(new ConfiguredFilter(FilterKind.PolicyServer, policy?.Name ?? items[i], service) { Policy = policy }, list);
        }
    }

    private void Add(CheckedService service, FilterKind kind, string name, string parameter)
    {
        if (name.Length > 0) Add(new ConfiguredFilter(kind, name, service), parameter);
    }

    private void Add(ConfiguredFilter filter, string parameter)
    {
        ConfiguredFilter? known = _found.Find(f => f.Kind == filter.Kind && f.Name == filter.Name);
        if (known == null) _found.Add(known = filter);
        string place = $"{parameter} of {filter.Service.Entry.Name}";
        if (!known.Places.Contains(place)) known.Places.Add(place);
    }
}

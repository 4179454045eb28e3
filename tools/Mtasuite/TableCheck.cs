using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Opens each table that a parameter names, in main.cf and in the services' overrides.</summary>
internal static class TableCheck
{
    /// <summary>Caches, which daemons make themselves.</summary>
    private static readonly TextParam[] Caches =
        [VerifyParams.AddressVerifyMap, SmtpClientParams.SmtpSaslAuthCacheName, LmtpClientParams.LmtpSaslAuthCacheName];

    public static void Run(CheckContext context)
    {
        HashSet<string> seen = [];
        foreach (string name in context.Config.ExplicitNames.Append(LocalParams.AliasMaps.Name).Distinct().Order(StringComparer.Ordinal))
            Check(context, context.Config, name, 0, seen);
        foreach (CheckedService service in context.Services)
            foreach ((string name, _) in service.Entry.Overrides) Check(context, service.Config, name, service.Entry.Line, seen);
    }

    private static void Check(CheckContext context, MailConfig config, string name, int serviceLine, HashSet<string> seen)
    {
        if (Array.Exists(Caches, cache => cache.Name == name)) return;
        List<string>? items = Items(config, name, out bool restrictions);
        if (items == null) return;
        bool holdsTables = name.EndsWith("_maps", StringComparison.Ordinal);
        for (int i = 0; i < items.Count; i++)
        {
            string item = items[i];
            // where nothing but a table may stand, a type that there is not is a mistake as well
            bool isTable = holdsTables || NamesTable(item)
                || (restrictions && i > 0 && RestrictionWords.Find(items[i - 1]) is { Argument: RestrictionArgument.Table });
            if (!isTable || !seen.Add(item)) continue;
            using Table table = TableFactory.Open(item, OptionsFor(context, config, name, serviceLine));
            // a default that does not fit this machine is no mistake of the administrator's
            Severity severity = config.Explicit(name) ? Severity.Error : Severity.Warning;
            if (table.OpenError != null) context.ReportSetting(severity, config, name, serviceLine, $"{name}: {item}: {table.OpenError}");
        }
    }

    /// <summary>The values of header and body checks are looked at too.</summary>
    private static TableOptions OptionsFor(CheckContext context, MailConfig config, string name, int serviceLine)
    {
        if (CheckTable.Kind(name) is not var (allowed, isHeader)) return TableOptions.Default;
        return new TableOptions
        {
            Utf8 = false,
            Examine = value => CheckVerdict.ProblemOf(value, name, isHeader, allowed),
            Warn = text => context.ReportSetting(Severity.Warning, config, name, serviceLine, text),
        };
    }

    /// <summary>The items of a list, or null where the value is none that may name tables.</summary>
    private static List<string>? Items(MailConfig config, string name, out bool restrictions)
    {
        Param? param = ParamRegistry.Find(name);
        restrictions = name.EndsWith("_restrictions", StringComparison.Ordinal);
        if (param is TextParam { Effective: true } text) return config.GetList(text);
        if (param != null || !config.GetList(SmtpdParams.SmtpdRestrictionClasses).Contains(name)) return null;
        restrictions = true;
        return config.TextOf(name) is { } raw && config.TryExpand(raw, out string value, out _) ? ConfigList.Split(value) : null;
    }

    private static bool NamesTable(string item)
    {
        string rest = item.StartsWith("proxy:", StringComparison.Ordinal) ? item[6..] : item;
        int colon = rest.IndexOf(':');
        if (colon <= 0 || !TableFactory.TypeNames.Contains(rest[..colon])) return false;
        // "unix:/path" is a socket, "unix:passwd.byname" a table
        return rest[..colon] != "unix" || rest.EndsWith(".byname", StringComparison.Ordinal);
    }
}

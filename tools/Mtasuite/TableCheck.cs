using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Opens each table that a parameter names, in main.cf and in the services' overrides.</summary>
internal static class TableCheck
{
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
        if (ParamRegistry.Find(name) is not TextParam { Effective: true } param) return;
        foreach (string item in config.GetList(param))
        {
            if (!NamesTable(item) || !seen.Add(item)) continue;
            using Table table = TableFactory.Open(item);
            // a default that does not fit this machine is no mistake of the administrator's
            Severity severity = config.Explicit(name) ? Severity.Error : Severity.Warning;
            if (table.OpenError != null) context.ReportSetting(severity, config, name, serviceLine, $"{name}: {item}: {table.OpenError}");
        }
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

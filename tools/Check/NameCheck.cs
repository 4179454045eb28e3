using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tools.Check;

/// <summary>Finds unknown and unused names, deprecated ones, and those without effect.</summary>
internal sealed class NameCheck
{
    private readonly CheckContext context;

    /// <summary>Names that some value refers to.</summary>
    private readonly HashSet<string> referred = new(StringComparer.Ordinal);

    private readonly HashSet<string> transports;

    private NameCheck(CheckContext context)
    {
        this.context = context;
        transports = [.. context.Services.Select(s => s.Entry.Name)];
        foreach (Param param in ParamRegistry.All)
            if (!param.IsRaw && !context.Config.Explicit(param.Name)) Collect(context.Config.DefaultOf(param));
        CollectFrom(context.Config, context.Config.ExplicitNames);
        foreach (CheckedService service in context.Services)
        {
            CollectFrom(service.Config, service.Entry.Overrides.Select(o => o.Key));
            // mua_client_restrictions and the like may stand in the arguments of pipe services, too
            foreach (string argument in service.Entry.Attributes) Collect(argument);
        }
    }

    public static void Run(CheckContext context)
    {
        var check = new NameCheck(context);
        Protections.CheckAccepted(context);
        foreach (string name in context.Config.ExplicitNames) check.Check(context.Config, name, 0);
        foreach (CheckedService service in context.Services)
            foreach (string name in service.Entry.Overrides.Select(o => o.Key).Distinct())
                check.Check(service.Config, name, service.Entry.Line);
    }

    private void CollectFrom(MailConfig config, IEnumerable<string> names)
    {
        foreach (string name in names.Append("smtpd_restriction_classes").ToList())
        {
            string text = config.TextOf(name) ?? "";
            Collect(text);
            if (!config.TryExpand(text, out string value, out _)) continue;
            if (name == "smtpd_restriction_classes") referred.UnionWith(ConfigList.Split(value));
            else referred.UnionWith(DatabaseNames.In(value, (word, _) => WarnComment(config, name, word)));
        }
    }

    private void WarnComment(MailConfig config, string name, string word)
    {
        if (ParamRegistry.Find(name) is not (null or { IsRaw: true }))
            context.ReportSetting(Severity.Warning, config, name, 0,
                $"{name}: \"{word}\" looks like a comment; a comment must have a line of its own");
    }

    private void Collect(string text) => referred.UnionWith(MacroExpander.NamesIn(text, out _));

    private void Check(MailConfig config, string name, int serviceLine)
    {
        void Report(Severity severity, string text) => context.ReportSetting(severity, config, name, serviceLine, text);
        if (DeprecatedParams.Advice(name) is { } advice) Report(Severity.Warning, $"{name} is deprecated; instead, {advice}");
        CheckReferences(config, name, serviceLine);
        Param? param = ParamRegistry.Find(name);
        string transport = "";
        ParamFamily? family = param == null ? ParamRegistry.FindFamily(name, out transport) : null;
        if (Protections.Find(name) is { } protection && param is { Effective: false })
        {
            (Severity severity, string text) = Protections.Verdict(config, protection);
            if (Protections.IsUsed(config, name)) Report(severity, text);
        }
        else if (param is { Effective: false, Legacy: false } || family is { Effective: false })
            Report(Severity.Warning, $"{name} is accepted, but has no effect yet");
        if (param != null || referred.Contains(name)) return;
        if (family == null) ReportUnknown(name, Report);
        else if (!transports.Contains(transport))
            Report(Severity.Warning, $"{name}: master.cf has no service {transport}{NearName.Hint(transport, transports)}");
    }

    /// <summary>A name that is nearly that of a parameter is a mistake; any other changes nothing.</summary>
    private void ReportUnknown(string name, Action<Severity, string> report)
    {
        if (ForeignNames.Reason(name) is { } reason) report(Severity.Warning, $"{name} is accepted, but has no effect: {reason}");
        else if (NearName.Of(name, KnownNames()) is { } near) report(Severity.Error, $"unknown parameter {name} (did you mean {near}?)");
        else report(Severity.Warning, $"unused parameter {name}: no parameter has that name, and nothing refers to it");
    }

    /// <summary>A <c>$name</c> that is not set anywhere is empty, which is hardly intended.</summary>
    private void CheckReferences(MailConfig config, string name, int serviceLine)
    {
        if (ParamRegistry.Find(name) is { IsRaw: true }) return;
        foreach (string reference in MacroExpander.NamesIn(config.ExplicitText(name) ?? "", out _).Distinct())
        {
            if (config.TextOf(reference) != null || context.Services.Any(s => s.Config.Explicit(reference))) continue;
            string? near = NearName.Of(reference, KnownNames());
            context.ReportSetting(near == null ? Severity.Warning : Severity.Error, config, name, serviceLine,
                $"{name}: undefined parameter ${reference}{(near == null ? "" : $" (did you mean ${near}?)")}");
        }
    }

    private IEnumerable<string> KnownNames() =>
        ParamRegistry.All.Select(p => p.Name).Concat(transports.SelectMany(t => ParamRegistry.Families.Select(f => f.NameFor(t))));
}

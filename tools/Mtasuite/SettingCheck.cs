using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Settings that are each well formed and do not go together, or name what is not there. Warnings: mail still flows, though hardly as
/// meant.
/// </summary>
internal static class SettingCheck
{
    private static readonly TextParam[] Classes =
        [RewriteParams.Mydestination, RewriteParams.VirtualAliasDomains, VirtualParams.VirtualMailboxDomains, RewriteParams.RelayDomains];

    private static readonly TextParam[] Transports =
    [
        RewriteParams.LocalTransport, RewriteParams.VirtualTransport, RewriteParams.RelayTransport, RewriteParams.DefaultTransport,
        LocalParams.MailboxTransport, LocalParams.FallbackTransport, CommonParams.BestMxTransport,
    ];

    private static readonly TextParam[] Hosts = [RewriteParams.Relayhost, SmtpClientParams.SmtpFallbackRelay];

    private static readonly TextParam[] Ehlo =
        [SmtpdParams.SmtpdDiscardEhloKeywords, SmtpClientParams.SmtpDiscardEhloKeywords, LmtpClientParams.LmtpDiscardLhloKeywords];

    private static readonly string[] EhloWords = WordLists.EhloKeywords.Split('|');

    public static void Run(CheckContext context)
    {
        Overlaps(context);
        foreach (TextParam param in Transports) Transport(context, param);
        foreach (TextParam param in Hosts) Destinations(context, param);
        foreach (TextParam param in Ehlo) Keywords(context, context.Config, param, 0);
        foreach (CheckedService service in context.Services)
            foreach (TextParam param in Ehlo.Where(p => service.Entry.Overrides.Any(o => o.Key == p.Name)))
                Keywords(context, service.Config, param, service.Entry.Line);
        foreach (string problem in DnsOptions.Problems(context.Config))
            context.ReportSetting(Severity.Error, context.Config, CommonParams.DnsServers.Name, 0, problem);
        MailboxSize(context, LocalParams.MailboxSizeLimit, "local");
        MailboxSize(context, VirtualParams.VirtualMailboxLimit, "virtual");
        Template(context);
        if (Logging.RefusedFile(context.Config) is { } refused)
            context.ReportSetting(Severity.Error, context.Config, LogParams.MaillogFile.Name, 0, refused);
        foreach (CheckedService service in context.Services.Where(s => s.Entry.Command == "smtpd")) Logins(context, service);
    }

    private static void Warn(CheckContext context, Param param, string text) =>
        context.ReportSetting(Severity.Warning, context.Config, param.Name, 0, text);

    /// <summary>A domain is of one class; of two, the first in this order decides.</summary>
    private static void Overlaps(CheckContext context)
    {
        var owners = new Dictionary<string, TextParam>(StringComparer.OrdinalIgnoreCase);
        foreach (TextParam param in Classes)
            foreach (string domain in context.Config.GetList(param).Where(d => d[0] is not ('/' or '!') && !d.Contains(':')))
                // all of mydestination used to be relay domains by default, and still is in many a main.cf
                if (!owners.TryAdd(domain, param) && owners[domain] != param
                    && !(owners[domain] == RewriteParams.Mydestination && param == RewriteParams.RelayDomains))
                    Warn(context, param, $"do not list domain {domain} in both {owners[domain]} and {param}");
    }

    private static void Transport(CheckContext context, TextParam param)
    {
        string name = context.Config.Get(param).Split(':')[0];
        if (name.Length == 0 || context.Services.Any(s => s.Entry.Name == name && s.Entry.Type == ServiceType.Unix)) return;
        if (!context.Config.Explicit(param.Name)) return;
        string hint = NearName.Hint(name, context.Services.Where(s => s.Entry.Type == ServiceType.Unix).Select(s => s.Entry.Name));
        Warn(context, param, $"{param}: master.cf has no service {name}{hint}; mail for it waits");
    }

    /// <summary>A list of hosts to send to: all of this mail waits for one that is none.</summary>
    private static void Destinations(CheckContext context, TextParam param)
    {
        if (!context.Config.Explicit(param.Name)) return;
        TcpPorts ports = new(context.Config.Get(CommonParams.KnownTcpPorts));
        foreach (Nexthop bad in Nexthop.ParseList(context.Config.Get(param), lmtp: false)
            .Where(n => n.Problem != null || (n.Service.Length > 0 && !ports.TryFind(n.Service, out _))))
            context.ReportSetting(Severity.Error, context.Config, param.Name, 0,
                $"{param}: bad syntax: \"{bad.Text}\"; expecting \"host\", \"host:port\", \"[host]\" or \"[host]:port\"");
    }

    /// <summary>A word that is no keyword leaves nothing out.</summary>
    private static void Keywords(CheckContext context, MailConfig config, TextParam param, int serviceLine)
    {
        foreach (string word in config.GetList(param).Where(w => !EhloWords.Contains(w, StringComparer.OrdinalIgnoreCase)))
            context.ReportSetting(Severity.Warning, config, param.Name, serviceLine,
                $"{param}: unknown keyword {word}{NearName.Hint(word.ToLowerInvariant(), EhloWords)}");
    }

    private static void MailboxSize(CheckContext context, LongParam param, string command)
    {
        if (!context.Services.Any(s => s.Entry.Command == command)) return;
        long mailbox = context.Config.Get(param), message = context.Config.Get(CleanupParams.MessageSizeLimit);
        if (mailbox > 0 && (message == 0 || message > mailbox))
            Warn(context, param,
                $"{param} is smaller than {CleanupParams.MessageSizeLimit}: messages are accepted that fit into no mailbox");
    }

    private static void Template(CheckContext context)
    {
        string path = context.Config.Get(BounceParams.BounceTemplateFile);
        if (path.Length > 0 && Paths.Access(path, Paths.R_OK) != 0)
            Warn(context, BounceParams.BounceTemplateFile,
                $"{BounceParams.BounceTemplateFile}: open {path}: {Errno.Text()}; the built-in texts are used");
    }

    private static void Logins(CheckContext context, CheckedService service)
    {
        if (service.Config.Get(SmtpdParams.SmtpdSaslAuthEnable)
            && service.Config.Get(SmtpdParams.SmtpdSaslType).Equals("cyrus", StringComparison.OrdinalIgnoreCase))
            context.ReportSetting(Severity.Warning, service.Config, SmtpdParams.SmtpdSaslType.Name, service.Entry.Line,
                $"{SmtpdParams.SmtpdSaslType}: cyrus is not supported, only builtin, dovecot and ldap; logins are refused temporarily");
    }
}

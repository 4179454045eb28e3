using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Reads the lists of networks, hosts, domains and users as the daemons do: what they could not use would match nothing, or defer mail.
/// </summary>
internal static class ListCheck
{
    private static readonly (TextParam Param, MatchStyle Style)[] Lists =
    [
        (CommonParams.Mynetworks, MatchStyle.Networks), (SmtpdParams.SmtpdSaslExceptionsNetworks, MatchStyle.Networks),
        (RewriteParams.Mydestination, MatchStyle.Names), (RewriteParams.VirtualAliasDomains, MatchStyle.Names),
        (VirtualParams.VirtualMailboxDomains, MatchStyle.Names), (RewriteParams.RelayDomains, MatchStyle.Domains),
        (SmtpdParams.FastFlushDomains, MatchStyle.Domains), (SmtpdParams.PermitMxBackupNetworks, MatchStyle.Hosts),
        (SmtpdParams.SmtpdAuthorizedXclientHosts, MatchStyle.Hosts), (SmtpdParams.SmtpdAuthorizedXforwardHosts, MatchStyle.Hosts),
        (SmtpdParams.SmtpdAuthorizedVerpClients, MatchStyle.Hosts), (SmtpdParams.SmtpdClientEventLimitExceptions, MatchStyle.Hosts),
        (SmtpdParams.SmtpdForbidBareNewlineExclusions, MatchStyle.Hosts), (LogParams.DebugPeerList, MatchStyle.Hosts),
        (PickupParams.AuthorizedSubmitUsers, MatchStyle.Names), (PickupParams.AuthorizedMailqUsers, MatchStyle.Names),
        (PickupParams.AuthorizedFlushUsers, MatchStyle.Names), (SmtpdParams.SmtpdSaslMechanismFilter, MatchStyle.Names),
        (SmtpClientParams.SmtpSaslMechanismFilter, MatchStyle.Names), (SmtpClientParams.SmtpConnectionCacheDestinations, MatchStyle.Names),
    ];

    public static void Run(CheckContext context)
    {
        Check(context, context.Config, 0, _ => true);
        foreach (CheckedService service in context.Services)
            if (service.Entry.Overrides.Count > 0)
                Check(context, service.Config, service.Entry.Line, name => service.Entry.Overrides.Any(o => o.Key == name));
    }

    private static void Check(CheckContext context, MailConfig config, int serviceLine, Func<string, bool> wanted)
    {
        CheckTrust(context, config, serviceLine, wanted);
        foreach ((TextParam param, MatchStyle style) in Lists)
        {
            if (!config.Explicit(param.Name) || !wanted(param.Name)) continue;
            using MatchList list = new(config.Get(param), style);
            foreach (string problem in list.Problems)
                context.ReportSetting(Severity.Error, config, param.Name, serviceLine, $"{param.Name}: {problem}");
        }
        string interfaces = CommonParams.InetInterfaces.Name;
        if (!config.Explicit(interfaces) || !wanted(interfaces)) return;
        foreach (string host in config.GetList(CommonParams.InetInterfaces))
            if (InterfaceProblem(config, host) is { } problem) context.ReportSetting(Severity.Error, config, interfaces, serviceLine,
                $"{interfaces}: {problem}");
    }

    /// <summary>
    /// What is wrong with a host in inet_interfaces, or null: mail to an address that this machine does not have never comes here.
    /// </summary>
    private static string? InterfaceProblem(MailConfig config, string host)
    {
        if (host is "all" or "loopback-only") return null;
        string bare = host.Trim('[', ']');
        IReadOnlyList<IPAddress> addresses = IPAddress.TryParse(bare, out IPAddress? literal) ? [literal] : config.Host.Resolve(bare);
        if (addresses.Count == 0) return $"host not found: {host}";
        List<string> protocols = config.GetList(CommonParams.InetProtocols);
        IPAddress? foreign = addresses.FirstOrDefault(a => Speaks(protocols, a) && !OwnAddresses.IsLocal(a, config.Host));
        return foreign == null ? null : $"no local interface found for {foreign}";
    }

    private static bool Speaks(List<string> protocols, IPAddress address) =>
        protocols.Contains("all") || protocols.Contains(address.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6");

    /// <summary>A network that holds everybody makes an open relay.</summary>
    private static void CheckTrust(CheckContext context, MailConfig config, int serviceLine, Func<string, bool> wanted)
    {
        TextParam param = CommonParams.Mynetworks;
        if (!config.Explicit(param.Name) || !wanted(param.Name)) return;
        foreach (string item in config.GetList(param).Where(i => i.EndsWith("/0", StringComparison.Ordinal)
            || i.EndsWith("/0]", StringComparison.Ordinal)))
            context.ReportSetting(Severity.Warning, config, param.Name, serviceLine,
                $"{param}: {item} trusts every client: this is an open relay");
    }
}

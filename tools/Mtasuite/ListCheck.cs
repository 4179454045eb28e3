using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Reads the lists of networks, hosts, domains and users as the daemons do: what they could not use would match nothing, or defer mail.</summary>
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
            if (service.Entry.Overrides.Count > 0) Check(context, service.Config, service.Entry.Line, name => service.Entry.Overrides.Any(o => o.Key == name));
    }

    private static void Check(CheckContext context, MailConfig config, int serviceLine, Func<string, bool> wanted)
    {
        foreach ((TextParam param, MatchStyle style) in Lists)
        {
            if (!config.Explicit(param.Name) || !wanted(param.Name)) continue;
            using MatchList list = new(config.Get(param), style);
            foreach (string problem in list.Problems) context.ReportSetting(Severity.Error, config, param.Name, serviceLine, $"{param.Name}: {problem}");
        }
        if (config.Explicit(CommonParams.InetInterfaces.Name) && wanted(CommonParams.InetInterfaces.Name))
            foreach (string host in config.GetList(CommonParams.InetInterfaces).Where(h => !IsInterface(h)))
                context.ReportSetting(Severity.Error, config, CommonParams.InetInterfaces.Name, serviceLine, $"{CommonParams.InetInterfaces.Name}: host not found: {host}");
    }

    private static bool IsInterface(string name)
    {
        if (name is "all" or "loopback-only" || IPAddress.TryParse(name.Trim('[', ']'), out _)) return true;
        try { return Dns.GetHostAddresses(name).Length > 0; }
        catch (SocketException) { return false; }
        catch (ArgumentException) { return false; }
    }
}

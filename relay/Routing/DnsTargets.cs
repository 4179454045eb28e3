using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Relay.Settings;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Routing;

/// <summary>
/// Finds hosts by the name service: mail exchangers of domains and addresses of hosts, in the order in which they are tried.
/// </summary>
public sealed class DnsTargets(RouteSettings settings, bool lmtp, HostLookup hosts, MailExchangers? exchangers, Random? random = null)
    : ITargetFinder
{
    private readonly LiteralTargets _literals = new(settings, lmtp);
    private readonly TargetOrder _order = new(settings, random ?? Random.Shared);

    /// <summary>A finder as the configuration wants it.</summary>
    public static DnsTargets From(EventLoop loop, MailConfig config, RouteSettings settings, bool lmtp)
    {
        string level = config.Get(lmtp ? L.LmtpDnsSupportLevel : S.SmtpDnsSupportLevel);
        if (level.Length == 0) level = config.Get(CommonParams.DisableDnsLookups) ? "disabled" : "enabled";
        HostSources sources = level == "disabled" ? HostSources.Native
            : HostLookupOptions.ParseSources(config.GetList(lmtp ? L.LmtpHostLookup : S.SmtpHostLookup));
        DnsQueryFlags flags =
            HostLookupOptions.ParseResolverOptions(config.GetList(lmtp ? L.LmtpDnsResolverOptions : S.SmtpDnsResolverOptions));
        bool dnssec = level == "dnssec";
        DnsResolver resolver = new(loop, DnsOptions.Of(config, config.Get(lmtp ? L.LmtpDnsReplyFilter : S.SmtpDnsReplyFilter)));
        HostLookup hosts = new(resolver, HostLookupOptions.Of(config, sources, dnssec ? flags | DnsQueryFlags.Dnssec : flags));
        return new DnsTargets(settings, lmtp, hosts,
            level == "disabled" ? null : new MailExchangers(resolver, MailExchangerOptions.Of(config, dnssec)));
    }

    /// <summary>The name service, for what else is asked of it (TLSA records).</summary>
    public HostLookup Hosts => hosts;

    public Task<TargetList> FindAsync(Nexthop nexthop)
    {
        if (_literals.Find(nexthop) is { } found) return Task.FromResult(found);
        return nexthop.UseMx && exchangers != null ? FindExchangersAsync(nexthop, exchangers) : FindHostAsync(nexthop);
    }

    private async Task<TargetList> FindHostAsync(Nexthop nexthop)
    {
        HostAddresses found = await hosts.FindAsync(nexthop.Host);
        if (found.Failure != null) return TargetList.Failed(found.Failure);
        List<Target> targets = [.. Targets(nexthop, found, new Exchanger(0, nexthop.Host), byInsecure: false)];
        return new TargetList(_order.Sort(targets), null);
    }

    private async Task<TargetList> FindExchangersAsync(Nexthop nexthop, MailExchangers mx)
    {
        string service = _literals.Service(nexthop);
        ExchangerList list = await mx.FindAsync(nexthop.Host, service);
        if (list.Failure != null) return TargetList.Failed(list.Failure);
        List<Target> targets = [];
        Outcome? trouble = null;
        foreach (ExchangerAddresses one in await mx.ResolveAsync(list, hosts))
        {
            // that one exchanger's name service fails for now matters only when no other one can be found
            if (one.Addresses.Failure is { } failure) trouble = trouble is { IsTemporary: true } ? trouble : failure;
            else targets.AddRange(Targets(nexthop, one.Addresses, one.Exchanger, byInsecure: !list.IsAuthenticated));
        }
        if (targets.Count == 0) return TargetList.Failed(Unfound(nexthop, list, trouble));
        bool usualPort = _literals.TryPort(nexthop, out int port) && port == 25;
        return Mark(SelfTargets.Prune(_order.Sort(targets), nexthop.Host, settings, usualPort && !list.IsService), usualPort);
    }

    private Outcome Unfound(Nexthop nexthop, ExchangerList list, Outcome? trouble)
    {
        trouble ??= Outcome.Bounce("5.4.4", $"unable to look up host {nexthop.Host}");
        if (list.IsImplicit || trouble.IsTemporary || !settings.DeferIfNoAddress) return trouble;
        return Outcome.Defer("4.4.4", trouble.Text);
    }

    /// <summary>The best exchangers at the usual port: such a host that turns out to be this machine is a loop.</summary>
    private static TargetList Mark(TargetList list, bool usualPort)
    {
        if (!usualPort || list.Targets.Count == 0) return list;
        int best = list.Targets.Min(t => t.Preference);
        return list with { Targets = [.. list.Targets.Select(t => t.Preference == best ? t with { IsBestExchanger = true } : t)] };
    }

    private IEnumerable<Target> Targets(Nexthop nexthop, HostAddresses found, Exchanger exchanger, bool byInsecure)
    {
        _literals.TryPort(nexthop, out int port);
        if (exchanger.Port > 0) port = exchanger.Port;
        string name = settings.CnameOverridesName || found.IsAuthenticated ? found.CanonicalName : exchanger.Host;
        foreach (IPAddress address in found.Addresses)
        {
            yield return new Target(name.TrimEnd('.'), new IPEndPoint(address, port), "", exchanger.Preference)
            {
                Nexthop = nexthop.Host,
                NexthopText = nexthop.Text,
                Service = _literals.Service(nexthop),
                IsAuthenticated = found.IsAuthenticated,
                ByInsecureExchanger = byInsecure,
                ExchangerHost = exchanger.Host,
            };
        }
    }
}

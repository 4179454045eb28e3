using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Routing;

/// <summary>Finds what needs no name service: addresses and Unix sockets.</summary>
public sealed class LiteralTargets(RouteSettings settings, bool lmtp) : ITargetFinder
{
    public Task<TargetList> FindAsync(Nexthop nexthop) =>
        Task.FromResult(Find(nexthop) ?? TargetList.Failed(
        Outcome.Defer("4.4.3", $"Host or domain name not found. Name service error for name={nexthop.Host}")));

    /// <summary>The target, a failure, or null when a name has to be looked up.</summary>
    public TargetList? Find(Nexthop nexthop)
    {
        if (nexthop.UnixPath.Length > 0) return new TargetList([new Target(settings.Myhostname, null, nexthop.UnixPath)], null);
        if (nexthop.Problem is { } problem) return TargetList.Failed(Outcome.Defer("4.3.5", $"bad destination {nexthop.Text}: {problem}"));
        if (!TryPort(nexthop, out int port)) return TargetList.Failed(Outcome.Defer("4.3.5", $"unknown service: {nexthop.Service}"));
        if (!HostName.TryParseAddress(nexthop.Host, out IPAddress address)) return null;
        bool usable = address.AddressFamily == AddressFamily.InterNetwork ? settings.UseIPv4 : settings.UseIPv6;
        if (!usable)
            return TargetList.Failed(Outcome.Bounce("5.1.2", $"no address of {nexthop.Host} is in the protocols of inet_protocols"));
        Target target = new(nexthop.Host, new IPEndPoint(address, port))
        {
            Nexthop = nexthop.Host,
            NexthopText = nexthop.Text,
            Service = Service(nexthop)
        };
        // LMTP to the own address is how a mail store on this machine is fed
        if (!lmtp && port == 25 && settings.OwnAddresses.Contains(address) && nexthop.UseMx) return SelfTargets.Loop(nexthop.Host);
        return new TargetList([target], null);
    }

    public string Service(Nexthop nexthop) => nexthop.Service.Length > 0 ? nexthop.Service : settings.DefaultPort;

    public bool TryPort(Nexthop nexthop, out int port) => settings.Ports.TryFind(Service(nexthop), out port);
}

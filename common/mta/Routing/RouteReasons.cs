using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Routing;

/// <summary>Says to a trace what decided; tables say it themselves when they answer.</summary>
internal static class RouteReasons
{
    public static void AddClass(RoutingCore core, AddressClass @class, string domain)
    {
        TextParam? list = @class switch
        {
            AddressClass.Local => RewriteParams.Mydestination,
            AddressClass.VirtualAlias => RewriteParams.VirtualAliasDomains,
            AddressClass.VirtualMailbox => VirtualParams.VirtualMailboxDomains,
            AddressClass.Relay => RewriteParams.RelayDomains,
            _ => null,
        };
        if (list == null) core.Trace?.Add("address class", "", domain, "default: in none of mydestination, virtual_alias_domains, "
            + "virtual_mailbox_domains, relay_domains");
        else core.Trace?.Add(list.Name, core.Config.Get(list), domain, $"address class {@class}");
    }

    public static void AddTransport(RoutingCore core, AddressClass @class, string transport, string nexthop)
    {
        TextParam? parameter = @class switch
        {
            AddressClass.Local => RewriteParams.LocalTransport,
            AddressClass.VirtualMailbox => RewriteParams.VirtualTransport,
            AddressClass.Relay => RewriteParams.RelayTransport,
            AddressClass.Default => RewriteParams.DefaultTransport,
            _ => null,
        };
        // no address that is left in an alias domain after aliasing exists
        if (parameter == null) core.Trace?.Add(RewriteParams.VirtualAliasDomains.Name, "", "", $"transport {transport}: {nexthop}");
        else core.Trace?.Add(parameter.Name, core.Config.Get(parameter), "", $"transport {transport}, nexthop {nexthop}");
    }
}

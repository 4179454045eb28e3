using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Routing;

/// <summary>Says to a trace what decided; tables say it themselves when they answer.</summary>
public sealed partial class AddressResolver
{
    private void ExplainClass(AddressClass @class, string domain)
    {
        TextParam? list = @class switch
        {
            AddressClass.Local => RewriteParams.Mydestination,
            AddressClass.VirtualAlias => RewriteParams.VirtualAliasDomains,
            AddressClass.VirtualMailbox => VirtualParams.VirtualMailboxDomains,
            AddressClass.Relay => RewriteParams.RelayDomains,
            _ => null,
        };
        if (list == null) _core.Trace?.Add("address class", "", domain, "default: in none of mydestination, virtual_alias_domains, "
            + "virtual_mailbox_domains, relay_domains");
        else _core.Trace?.Add(list.Name, _core.Config.Get(list), domain, $"address class {@class}");
    }

    private void ExplainTransport(AddressClass @class, string transport, string nexthop)
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
        if (parameter == null) _core.Trace?.Add(RewriteParams.VirtualAliasDomains.Name, "", "", $"transport {transport}: {nexthop}");
        else _core.Trace?.Add(parameter.Name, _core.Config.Get(parameter), "", $"transport {transport}, nexthop {nexthop}");
    }
}

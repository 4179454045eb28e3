using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Routing;

/// <summary>The parameters that routing reads: those for mail, or those for address probes, whose defaults point to the former.</summary>
public sealed record RouteParameters(TextParam LocalTransport, TextParam VirtualTransport, TextParam RelayTransport,
    TextParam DefaultTransport,
    TextParam Relayhost, TextParam TransportMaps, TextParam SenderTransportMaps, TextParam SenderRelayhostMaps)
{
    public static RouteParameters Mail { get; } =
        new(RewriteParams.LocalTransport, RewriteParams.VirtualTransport, RewriteParams.RelayTransport,
        RewriteParams.DefaultTransport, RewriteParams.Relayhost, RewriteParams.TransportMaps,
            RewriteParams.SenderDependentDefaultTransportMaps,
        RewriteParams.SenderDependentRelayhostMaps);

    public static RouteParameters Probes { get; } =
        new(VerifyParams.AddressVerifyLocalTransport, VerifyParams.AddressVerifyVirtualTransport,
        VerifyParams.AddressVerifyRelayTransport, VerifyParams.AddressVerifyDefaultTransport, VerifyParams.AddressVerifyRelayhost,
        VerifyParams.AddressVerifyTransportMaps, VerifyParams.AddressVerifySenderDependentDefaultTransportMaps,
        VerifyParams.AddressVerifySenderDependentRelayhostMaps);
}

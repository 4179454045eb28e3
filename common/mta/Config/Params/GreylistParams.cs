namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the restriction <c>greylist</c>. They are of our own.</summary>
public static class GreylistParams
{
    public static readonly IntParam GreylistAutoAllowClients = new("greylist_auto_allow_clients", "5", min: 0,
        doc: "Greylisted messages that a client network has to deliver before all of its mail is accepted without delay; 0: never.");
    public static readonly IntParam GreylistClientIpv4PrefixLength = new("greylist_client_ipv4_prefix_length", "24", min: 0, max: 32,
        doc: "Bits of an IPv4 address that are one client for the greylist.");
    public static readonly IntParam GreylistClientIpv6PrefixLength = new("greylist_client_ipv6_prefix_length", "64", min: 0, max: 128,
        doc: "Bits of an IPv6 address that are one client for the greylist.");
    public static readonly TimeParam GreylistDelay = new("greylist_delay", "300s", min: "1s",
        doc: "How long a client that is not known is deferred.");
    public static readonly TimeParam GreylistLifetime = new("greylist_lifetime", "35d", min: "1s",
        doc: "How long the greylist keeps a triple or client after its last message.");
    public static readonly TimeParam GreylistRetryWindow = new("greylist_retry_window", "2d", min: "1s",
        doc: "Time after its first attempt within which a client has to retry; later it counts as new.");
    public static readonly TextParam GreylistServiceName = new("greylist_service_name", "greylist", required: true,
        doc: "Service that keeps the greylist.");

    public static IReadOnlyList<Param> All { get; } =
    [
        GreylistAutoAllowClients, GreylistClientIpv4PrefixLength, GreylistClientIpv6PrefixLength, GreylistDelay, GreylistLifetime,
        GreylistRetryWindow, GreylistServiceName,
    ];
}

using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Relay.Routing;

/// <summary>One address of one host to connect to.</summary>
/// <param name="Host">The host's name, for the log and for checks of certificates; its address where it has no name.</param>
/// <param name="EndPoint">Null for a Unix socket.</param>
/// <param name="UnixPath">The socket's path; else empty.</param>
/// <param name="Preference">Of the mail exchanger; lower is better.</param>
public sealed record Target(string Host, IPEndPoint? EndPoint, string UnixPath = "", int Preference = 0)
{
    /// <summary>The addresses came by a validated answer (DNSSEC).</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>An exchanger record that was not validated names the host: somebody may have put in another one.</summary>
    public bool ByInsecureExchanger { get; init; }

    /// <summary>It is (one of) the best exchangers of a domain, at the usual port: were it this machine, the mail would loop.</summary>
    public bool IsBestExchanger { get; init; }

    /// <summary>The domain or host that was asked for, for TLS policy and login.</summary>
    public string Nexthop { get; init; } = "";

    /// <summary>
    /// The nexthop as it was named: "domain", "domain:service", "[host]", "[host]:service"; for tables of logins and policies.
    /// </summary>
    public string NexthopText { get; init; } = "";

    /// <summary>The port as the nexthop named it, or the default; empty for a Unix socket.</summary>
    public string Service { get; init; } = "";

    /// <summary>The host as the exchanger record has it, before any CNAME; empty: the same as <see cref="Host"/>.</summary>
    public string ExchangerHost { get; init; } = "";

    /// <summary>What TLS is wanted.</summary>
    public TlsPolicy Tls { get; init; } = TlsPolicy.Off;

    /// <summary>Sessions with targets of the same key are as good as each other: the same server, under the same demands on TLS.</summary>
    public string ReuseKey =>
        Tls.Level == TlsLevel.None ? NameAndPort : $"{NameAndPort} {Tls.Key} {(Tls.Level.MustMatch() ? Nexthop : "")}";

    public bool IsIPv6 => EndPoint?.AddressFamily == AddressFamily.InterNetworkV6;

    public string Address { get; } = EndPoint?.Address.ToString() ?? UnixPath;

    /// <summary>"host[address]", as it stands in log lines and notices.</summary>
    public string Name { get; } = $"{Host}[{EndPoint?.Address.ToString() ?? UnixPath}]";

    /// <summary>"host[address]:port".</summary>
    public string NameAndPort { get; } = EndPoint == null ? $"{Host}[{UnixPath}]" : $"{Host}[{EndPoint.Address}]:{EndPoint.Port}";
}

using System.Net;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns;

/// <summary>Ways to find a host's addresses (smtp_host_lookup).</summary>
[Flags]
public enum HostSources : byte { Dns = 1, Native = 2 }

/// <summary>A host's addresses, or why there are none.</summary>
/// <param name="Failure">Null when there is at least one address. 4.4.3 temporary trouble of the name service, 5.4.4 no such host, 5.4.3 the server refuses to answer.</param>
public sealed record HostAddresses(string Host, IReadOnlyList<IPAddress> Addresses, Outcome? Failure)
{
    /// <summary>The name at the end of a chain of CNAMEs.</summary>
    public string CanonicalName { get; init; } = Host;

    /// <summary>All addresses come from answers that the resolver validated.</summary>
    public bool IsAuthenticated { get; init; }

    public bool IsFound => Failure is null;
}

/// <summary>How hosts are looked up.</summary>
public sealed class HostLookupOptions
{
    /// <summary>In this order of trust: the DNS first where both are set, then /etc/hosts for what it does not know.</summary>
    public HostSources Sources { get; init; } = HostSources.Dns;

    /// <summary>inet_protocols.</summary>
    public bool IPv4 { get; init; } = true;

    public bool IPv6 { get; init; } = true;

    /// <summary>smtp_dns_resolver_options, and whether answers are to be validated.</summary>
    public DnsQueryFlags Flags { get; init; } = DnsQueryFlags.DefaultDomain;

    public string HostsFile { get; init; } = "/etc/hosts";
}

/// <summary>Finds the addresses of hosts, in the DNS or in /etc/hosts.</summary>
public sealed class HostLookup(DnsResolver resolver, HostLookupOptions options)
{
    public DnsResolver Resolver { get; } = resolver;

    public HostLookupOptions Options { get; } = options;

    /// <summary>The addresses of a host: A and AAAA as far as the protocols are in use. A name that is an address (in brackets or not) is that address.</summary>
    /// <param name="host">A host name, in ASCII or UTF-8.</param>
    /// <param name="dnssec">Ask for validation, whatever <see cref="HostLookupOptions.Flags"/> says.</param>
    public async Task<HostAddresses> FindAsync(string host, bool dnssec = false)
    {
        DnsAnswer answer = await Resolver.Query(host, DnsType.A, Options.Flags | (dnssec ? DnsQueryFlags.Dnssec : 0));
        return new HostAddresses(host, [.. answer.Addresses], answer.IsFound ? null : Outcome.Defer("4.4.3", answer.Reason));
    }
}

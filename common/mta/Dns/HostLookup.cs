using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Dns;

/// <summary>Ways to find a host's addresses (smtp_host_lookup).</summary>
[Flags]
public enum HostSources : byte { Dns = 1, Native = 2 }

/// <summary>A host's addresses, or why there are none.</summary>
/// <param name="Addresses">IPv4 first, each family in the server's order.</param>
/// <param name="Failure">
/// Null when there is at least one address. 4.4.3 temporary failure of the name service, 5.4.4 no such host, 5.4.3 the server refuses to
/// answer, 4.7.0 a filter left nothing.
/// </param>
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
    /// <summary>The DNS first where both are set, then /etc/hosts for names that it does not have.</summary>
    public HostSources Sources { get; init; } = HostSources.Dns;

    /// <summary>inet_protocols.</summary>
    public bool IPv4 { get; init; } = true;

    public bool IPv6 { get; init; } = true;

    /// <summary>smtp_dns_resolver_options, and whether answers are to be validated.</summary>
    public DnsQueryFlags Flags { get; init; }

    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>The protocols of the configuration, with other values as given.</summary>
    public static HostLookupOptions Of(MailConfig config, HostSources sources, DnsQueryFlags flags = DnsQueryFlags.None)
    {
        List<string> protocols = config.GetList(CommonParams.InetProtocols);
        bool all = protocols.Contains("all");
        return new()
        {
            Sources = sources,
            Flags = flags,
            IPv4 = all || protocols.Contains("ipv4"),
            IPv6 = all || protocols.Contains("ipv6")
        };
    }

    /// <summary>The words of smtp_host_lookup; unknown ones are left out, and "dns" stands where none is left.</summary>
    public static HostSources ParseSources(IEnumerable<string> words)
    {
        HostSources sources = 0;
        foreach (string word in words)
            sources |= word.Equals("dns", StringComparison.OrdinalIgnoreCase) ? HostSources.Dns
                : word.Equals("native", StringComparison.OrdinalIgnoreCase) ? HostSources.Native : 0;
        return sources == 0 ? HostSources.Dns : sources;
    }

    /// <summary>The words of smtp_dns_resolver_options: res_defnames, res_dnsrch.</summary>
    public static DnsQueryFlags ParseResolverOptions(IEnumerable<string> words)
    {
        DnsQueryFlags flags = DnsQueryFlags.None;
        foreach (string word in words)
            flags |= word.Equals("res_defnames", StringComparison.OrdinalIgnoreCase) ? DnsQueryFlags.DefaultDomain
                : word.Equals("res_dnsrch", StringComparison.OrdinalIgnoreCase) ? DnsQueryFlags.Search : 0;
        return flags;
    }
}

/// <summary>
/// Finds the addresses of hosts, in the DNS or as the machine itself does: /etc/hosts, then the DNS with its search list.
/// </summary>
public sealed class HostLookup
{
    private readonly WatchedText<HostsFile> _hosts;

    public HostLookup(DnsResolver resolver, HostLookupOptions options)
    {
        Resolver = resolver;
        Options = options;
        _hosts = new WatchedText<HostsFile>(options.HostsFile, resolver.Loop.Time, Dns.HostsFile.Parse);
    }

    public DnsResolver Resolver { get; }

    public HostLookupOptions Options { get; }

    /// <summary>/etc/hosts as it is now.</summary>
    public HostsFile Hosts => _hosts.Value;

    /// <summary>
    /// The addresses of a host: A and AAAA as far as the protocols are in use. A name that is an address (in brackets or not) is that
    /// address.
    /// </summary>
    /// <param name="host">A host name, in ASCII or UTF-8.</param>
    /// <param name="dnssec">Ask for validation, whatever <see cref="HostLookupOptions.Flags"/> says.</param>
    public async Task<HostAddresses> FindAsync(string host, bool dnssec = false)
    {
        if (TryParseAddress(host, out IPAddress? address) && IsUsed(address)) return new HostAddresses(host, [address], null);
        if (DomainName.ToAscii(host) is not { } name)
            return new HostAddresses(host, [], Outcome.Bounce("5.4.4", DnsReason.InvalidName(host)));
        HostAddresses? found = null;
        if ((Options.Sources & HostSources.Dns) != 0)
        {
            found = await AskAsync(name, Options.Flags | (dnssec ? DnsQueryFlags.Dnssec : 0));
            if (found.Failure is not { Status: { Class: 5, Subject: 4, Detail: 4 } } || (Options.Sources & HostSources.Native) == 0)
                return found with { Host = host };
        }
        return await NativeAsync(host, name, asked: found is not null);
    }

    private async Task<HostAddresses> NativeAsync(string host, string name, bool asked)
    {
        IReadOnlyList<IPAddress> local = [.. Hosts.Find(name).Where(IsUsed)];
        if (local.Count > 0) return new HostAddresses(host, local, null);
        HostAddresses? found = asked && Options.Flags.HasFlag(DnsQueryFlags.Search) ? null : await AskAsync(name, DnsQueryFlags.Search);
        if (found is { IsFound: true }) return found with { Host = host, IsAuthenticated = false };
        bool temporary = found is { Failure.IsTemporary: true };
        string text =
            $"unable to look up host {host}: {(temporary ? "Temporary failure in name resolution" : "Name or service not known")}";
        return new HostAddresses(host, [], temporary ? Outcome.Defer("4.4.4", text) : Outcome.Bounce("5.4.4", text));
    }

    private async Task<HostAddresses> AskAsync(string name, DnsQueryFlags flags)
    {
        Promise<DnsAnswer>? four = Options.IPv4 ? Resolver.Query(name, DnsType.A, flags) : null;
        Promise<DnsAnswer>? six = Options.IPv6 ? Resolver.Query(name, DnsType.AAAA, flags) : null;
        List<DnsAnswer> answers = [];
        if (four is not null) answers.Add(await four);
        if (six is not null) answers.Add(await six);
        List<DnsAnswer> found = answers.FindAll(x => x.IsFound);
        if (found.Count > 0)
        {
            return new HostAddresses(name, [.. found.SelectMany(x => x.Addresses)], null)
            {
                CanonicalName = found[0].CanonicalName,
                IsAuthenticated = found.TrueForAll(x => x.IsAuthenticated),
            };
        }
        // The last of the worst: a temporary failure says the least.
        DnsAnswer worst = answers.FindLast(x => x.IsTemporary) ?? answers.FindLast(x => x.Status == DnsStatus.Filtered)
            ?? answers.FindLast(x => !x.IsNotFound) ?? answers[^1];
        return new HostAddresses(name, [], FailureOf(worst)) { CanonicalName = worst.CanonicalName };
    }

    /// <summary>What a question without an answer means for a delivery.</summary>
    public static Outcome FailureOf(DnsAnswer answer) => answer.Status switch
    {
        DnsStatus.NoData or DnsStatus.NameError or DnsStatus.Invalid => Outcome.Bounce("5.4.4", answer.Reason),
        DnsStatus.Failed => Outcome.Bounce("5.4.3", answer.Reason),
        DnsStatus.Filtered => Outcome.Defer("4.7.0", answer.Reason),
        _ => Outcome.Defer("4.4.3", answer.Reason),
    };

    /// <summary>An address, with or without brackets and the IPv6: tag.</summary>
    public static bool TryParseAddress(string host, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address) =>
        HostName.TryParseLiteral(host, out address)
        || HostName.TryParseAddress(host.StartsWith('[') && host.EndsWith(']') ? host.AsSpan(1, host.Length - 2) : host, out address);

    private bool IsUsed(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? Options.IPv4 : Options.IPv6;
}

using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns;

/// <summary>A host that takes mail for a domain.</summary>
/// <param name="Preference">MX preference or SRV priority; lower is better.</param>
/// <param name="Port">0: not said (MX).</param>
public sealed record Exchanger(int Preference, string Host, int Port = 0, int Weight = 0);

/// <summary>Who takes mail for a domain, or why nobody does.</summary>
/// <param name="Hosts">Sorted by preference; within one in the server's order (SRV: by weighted lot). Addresses are not looked up yet.</param>
/// <param name="Failure">
/// Null when there is a host to try. 5.1.0 null MX, 5.4.4 no such domain, 4.4.3 temporary trouble, 5.4.3 the server refuses.
/// </param>
public sealed record ExchangerList(string Domain, IReadOnlyList<Exchanger> Hosts, Outcome? Failure)
{
    /// <summary>The resolver validated the answer.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>No MX record: the domain itself is the host (RFC 5321 5.1). Its address was not looked up yet and may not exist.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>From SRV records.</summary>
    public bool IsService { get; init; }

    /// <summary>The domain said that it takes no mail (RFC 7505).</summary>
    public bool IsNull { get; init; }

    /// <summary>How long this holds.</summary>
    public TimeSpan Ttl { get; init; }

    public bool IsFound => Failure is null;
}

/// <summary>What of an exchanger's addresses is known.</summary>
public sealed record ExchangerAddresses(Exchanger Exchanger, HostAddresses Addresses);

/// <summary>How exchangers are looked up.</summary>
public sealed class MailExchangerOptions
{
    /// <summary>Ask for validation (smtp_dns_support_level = dnssec).</summary>
    public bool Dnssec { get; init; }

    /// <summary>ignore_mx_lookup_error: when the question for MX fails, the domain itself is tried.</summary>
    public bool IgnoreMxErrors { get; init; }

    /// <summary>ignore_srv_lookup_error: the same with SRV.</summary>
    public bool IgnoreSrvErrors { get; init; }

    /// <summary>allow_srv_lookup_fallback: without a SRV record, MX records count.</summary>
    public bool AllowSrvFallback { get; init; }

    /// <summary>use_srv_lookup: services ("submission", "submissions" ...) that are found by SRV records.</summary>
    public IReadOnlyCollection<string> SrvServices { get; init; } = [];
}

/// <summary>Finds the hosts that take mail for a domain (RFC 5321 5.1, RFC 7505, RFC 2782).</summary>
public sealed class MailExchangers(DnsResolver resolver, MailExchangerOptions options)
{
    public DnsResolver Resolver { get; } = resolver;

    public MailExchangerOptions Options { get; } = options;

    /// <summary>The exchangers of a domain, best first.</summary>
    /// <param name="domain">In ASCII or UTF-8, without brackets.</param>
    /// <param name="service">The service of a nexthop "domain:service"; asked by SRV where use_srv_lookup names it.</param>
    public async Task<ExchangerList> FindAsync(string domain, string service = "smtp")
    {
        DnsAnswer answer = await Resolver.Query(domain, DnsType.MX, Options.Dnssec ? DnsQueryFlags.Dnssec : 0);
        return new ExchangerList(domain, [], Outcome.Defer("4.4.3", answer.Reason));
    }

    /// <summary>The addresses of each exchanger, all asked at once; in the list's order.</summary>
    public async Task<IReadOnlyList<ExchangerAddresses>> ResolveAsync(ExchangerList list, HostLookup hosts)
    {
        Task<HostAddresses>[] lookups = [.. list.Hosts.Select(h => hosts.FindAsync(h.Host, list.IsAuthenticated))];
        List<ExchangerAddresses> result = [];
        for (int i = 0; i < lookups.Length; i++) result.Add(new ExchangerAddresses(list.Hosts[i], await lookups[i]));
        return result;
    }

    /// <summary>The list in random order within each preference (RFC 5321 5.1).</summary>
    public static IReadOnlyList<Exchanger> Shuffle(IReadOnlyList<Exchanger> hosts, Random random)
    {
        Exchanger[] result = [.. hosts];
        random.Shuffle(result);
        return [.. result.OrderBy(h => h.Preference)];
    }
}

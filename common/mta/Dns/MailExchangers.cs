using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns;

/// <summary>A host that takes mail for a domain.</summary>
/// <param name="Preference">MX preference or SRV priority; lower is better.</param>
/// <param name="Port">0: not said (MX).</param>
public sealed record Exchanger(int Preference, string Host, int Port = 0, int Weight = 0);

/// <summary>The hosts that receive mail for a domain, or why there are none.</summary>
/// <param name="Hosts">Sorted by preference; within one in the server's order (SRV: by weighted lot). Addresses are not looked up
/// yet.</param>
/// <param name="Failure">
/// Null when there is a host to try. 5.1.0 null MX, 5.4.4 no such domain, 4.4.3 temporary failure, 5.4.3 the server refuses.
/// </param>
public sealed record ExchangerList(string Domain, IReadOnlyList<Exchanger> Hosts, Outcome? Failure)
{
    /// <summary>The resolver validated the answer (for an implicit MX: the proof that there is no other).</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>No MX record: the domain itself is the host (RFC 5321 5.1). Its address was not looked up yet and may not exist.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>From SRV records.</summary>
    public bool IsService { get; init; }

    /// <summary>The domain said that it takes no mail (RFC 7505).</summary>
    public bool IsNull { get; init; }

    /// <summary>The name behind a chain of CNAMEs.</summary>
    public string CanonicalName { get; init; } = Domain;

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

    /// <param name="dnssec">smtp_dns_support_level is dnssec.</param>
    public static MailExchangerOptions Of(MailConfig config, bool dnssec) => new()
    {
        Dnssec = dnssec,
        IgnoreMxErrors = config.Get(CommonParams.IgnoreMxLookupError),
        IgnoreSrvErrors = config.Get(CommonParams.IgnoreSrvLookupError),
        AllowSrvFallback = config.Get(CommonParams.AllowSrvLookupFallback),
        SrvServices = config.GetList(CommonParams.UseSrvLookup),
    };
}

/// <summary>Finds the hosts that take mail for a domain (RFC 5321 5.1, RFC 7505, RFC 2782).</summary>
public sealed class MailExchangers(DnsResolver resolver, MailExchangerOptions options, Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;

    public DnsResolver Resolver { get; } = resolver;

    public MailExchangerOptions Options { get; } = options;

    private DnsQueryFlags Flags => Options.Dnssec ? DnsQueryFlags.Dnssec : DnsQueryFlags.None;

    /// <summary>The exchangers of a domain, best first.</summary>
    /// <param name="domain">In ASCII or UTF-8, without brackets.</param>
    /// <param name="service">The service of a nexthop "domain:service"; asked by SRV where use_srv_lookup names it.</param>
    public async Task<ExchangerList> FindAsync(string domain, string service = "smtp")
    {
        if (DomainName.ToAscii(domain) is not { } name)
            return new ExchangerList(domain, [], Outcome.Bounce("5.4.4", DnsReason.InvalidName(domain)));
        if (!Options.SrvServices.Contains(service, StringComparer.OrdinalIgnoreCase)) return await MxAsync(domain, name);
        ExchangerList list = await SrvAsync(domain, $"_{service}._tcp.{name}");
        if (list.IsFound || !MayFallBack(list)) return list;
        Log.Log.Info($"skipping SRV lookup for _{service}._tcp.{name}: {list.Failure!.Text}");
        return await MxAsync(domain, name);
    }

    /// <summary>
    /// "Not found" by allow_srv_lookup_fallback, an error of the name service (not of the filter) by ignore_srv_lookup_error as well.
    /// </summary>
    private bool MayFallBack(ExchangerList list) => Options.AllowSrvFallback
        || (Options.IgnoreSrvErrors && !list.IsNull && list.Failure!.Status is { Subject: 4, Detail: 3 });

    private async Task<ExchangerList> MxAsync(string domain, string name)
    {
        DnsAnswer answer = await Resolver.Query(name, DnsType.MX, Flags);
        ExchangerList list =
            new(domain, [], null) { IsAuthenticated = answer.IsAuthenticated, CanonicalName = answer.CanonicalName, Ttl = answer.Ttl };
        if (answer.IsFound)
        {
            List<Exchanger> hosts =
                [.. answer.Records.OfType<MxRecord>().Select(r => new Exchanger(r.Preference, r.Exchange)).OrderBy(h => h.Preference)];
            // RFC 7505 3: nothing else may stand beside a null MX; where it does, the domain's word that it takes no mail counts.
            if (hosts.Exists(h => h.Host.Length == 0))
                return list with { Failure = Outcome.Bounce("5.1.0", DnsReason.NullMx(name)), IsNull = true };
            return list with { Hosts = hosts };
        }
        if (answer.IsNotFound || (Options.IgnoreMxErrors && answer.Status != DnsStatus.Filtered))
            return list with { Hosts = [new Exchanger(0, name)], IsImplicit = true };
        return list with { Failure = HostLookup.FailureOf(answer) };
    }

    private async Task<ExchangerList> SrvAsync(string domain, string name)
    {
        DnsAnswer answer = await Resolver.Query(name, DnsType.SRV, Flags);
        ExchangerList list = new(domain, [], null)
        {
            IsAuthenticated = answer.IsAuthenticated,
            IsService = true,
            CanonicalName = answer.CanonicalName,
            Ttl = answer.Ttl
        };
        if (!answer.IsFound) return list with { Failure = HostLookup.FailureOf(answer) };
        List<SrvRecord> records = [.. answer.Records.OfType<SrvRecord>()];
        if (records.Exists(r => r.Target.Length == 0))
            return list with { Failure = Outcome.Bounce("5.1.0", DnsReason.NullSrv(name)), IsNull = true };
        return list with { Hosts = ByWeight(records.ConvertAll(r => new Exchanger(r.Priority, r.Target, r.Port, r.Weight)), _random) };
    }

    /// <summary>
    /// The addresses of each exchanger, all asked at once; in the list's order. Validated where the list was (RFC 7672 2.2.1).
    /// </summary>
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

    /// <summary>
    /// By priority, and within one drawn by weight: RFC 2782 "choose a uniform random number between 0 and the sum computed (inclusive),
    /// and select the RR whose running sum value is the first in the selected order which is greater than or equal to the random number".
    /// </summary>
    public static IReadOnlyList<Exchanger> ByWeight(IReadOnlyList<Exchanger> hosts, Random random)
    {
        List<Exchanger> result = [];
        foreach (IGrouping<int, Exchanger> group in Shuffle(hosts, random).GroupBy(h => h.Preference))
        {
            List<Exchanger> left = [.. group.OrderBy(h => h.Weight > 0)];
            while (left.Count > 0)
            {
                int lot = random.Next(left.Sum(h => h.Weight) + 1), running = 0;
                int chosen = left.FindIndex(h => (running += h.Weight) >= lot);
                result.Add(left[chosen]);
                left.RemoveAt(chosen);
            }
        }
        return result;
    }
}

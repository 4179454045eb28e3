using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// RFC 7672: what the TLSA records of a server make of the levels dane and dane-only. Records count when the resolver has validated them
/// and the name of the server (AD bit). None: may, or nothing is sent. Records that are of no use: encrypt, or nothing is sent. An answer
/// that does not come, or is bogus: nothing is sent to this server for now.
/// </summary>
public static class TlsaLookup
{
    /// <param name="names">The server's name at the end of its CNAMEs, then as the exchanger record has it.</param>
    /// <param name="authenticated">The server's name and addresses were validated.</param>
    public static async Task<TlsPolicy> ResolveAsync(TlsPolicy policy, DnsResolver resolver, IReadOnlyList<string> names, int port,
        bool authenticated,
        TlsClientSettings settings)
    {
        if (policy.Level is not (TlsLevel.Dane or TlsLevel.DaneOnly)) return policy;
        if (!authenticated) return Without(policy, settings, "non DNSSEC destination");
        foreach (string name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            DnsAnswer answer = await resolver.Query($"_{port}._tcp.{name}", DnsType.TLSA, DnsQueryFlags.Dnssec);
            if (answer.IsFound && answer.IsAuthenticated) return With(policy, settings, name, answer);
            if (!answer.IsFound && !answer.IsNotFound)
                return policy with { Problem = $"TLSA lookup error for {name}:{port}", ProblemResult = TlsResult.DnssecInvalid };
        }
        return Without(policy, settings, "no TLSA records found");
    }

    private static TlsPolicy With(TlsPolicy policy, TlsClientSettings settings, string name, DnsAnswer answer)
    {
        List<TlsaRecord> usable = [.. answer.Records.OfType<TlsaRecord>().Where(IsUsable)];
        if (usable.Count > 0) return policy with { Tlsa = usable, TlsaBase = name };
        if (policy.Level == TlsLevel.DaneOnly)
            return policy with { Problem = "TLSA records unusable", ProblemResult = TlsResult.TlsaInvalid };
        return Downgrade(policy, TlsLevel.Encrypt, settings);
    }

    // RFC 7672 3.1.3: PKIX-TA(0) and PKIX-EE(1) are not for SMTP.
    private static bool IsUsable(TlsaRecord r) => r.Usage is 2 or 3 && r.Selector <= 1 && r.MatchingType switch
    {
        0 => r.Data.Length > 0,
        1 => r.Data.Length == 32,
        2 => r.Data.Length == 64,
        _ => false,
    };

    private static TlsPolicy Without(TlsPolicy policy, TlsClientSettings settings, string problem) => policy.Level == TlsLevel.DaneOnly
        ? policy with { Problem = problem, ProblemResult = TlsResult.DaneRequired }
        : Downgrade(policy, TlsLevel.May, settings);

    /// <summary>The policy of a level that is left of DANE.</summary>
    public static TlsPolicy Downgrade(TlsPolicy policy, TlsLevel level, TlsClientSettings settings) =>
        TlsPolicy.Of(level, settings) with { Wanted = policy.Wanted, ServerName = policy.ServerName };
}

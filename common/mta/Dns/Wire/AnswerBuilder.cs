using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Dns.Wire;

/// <summary>What one response says about a question.</summary>
/// <param name="Next">The name at the end of a chain of CNAMEs that the server did not follow to its end: ask for it. Else null.</param>
/// <param name="Records">Usable records, at most <see cref="AnswerBuilder.MaxRecords"/>.</param>
internal readonly record struct Finding(DnsStatus Status, string CanonicalName, string? Next, IReadOnlyList<DnsRecord> Records,
    TimeSpan Ttl);

/// <summary>Follows the chain of CNAMEs in a response and picks the records asked for.</summary>
internal static class AnswerBuilder
{
    /// <summary>More records than this are ignored, so that a long list costs little.</summary>
    public const int MaxRecords = 100;

    /// <summary>Links of one chain, over all responses.</summary>
    public const int MaxChain = 10;

    public static Finding Build(DnsResponse response, string name, DnsType type, ref int links)
    {
        string current = name;
        TimeSpan ttl = TimeSpan.MaxValue;
        while (true)
        {
            (List<DnsRecord> records, bool malformed) = Pick(response, current, type, ref ttl);
            if (records.Count > 0) return new Finding(DnsStatus.Found, current, null, records, ttl);
            if (malformed) return new Finding(DnsStatus.Invalid, current, null, [], TimeSpan.Zero);
            if (type == DnsType.CNAME || Alias(response, current) is not { } alias) break;
            if (++links > MaxChain) return new Finding(DnsStatus.Failed, current, null, [], TimeSpan.Zero);
            if (alias.Ttl < ttl) ttl = alias.Ttl;
            current = alias.Target;
        }
        if (response.Rcode == DnsRcode.NameError) return new Finding(DnsStatus.NameError, current, null, [], Negative(response, ttl));
        bool followed = ReferenceEquals(current, name) || response.Soa is not null;
        return new Finding(DnsStatus.NoData, current, followed ? null : current, [], Negative(response, ttl));
    }

    /// <summary>RFC 2308 5: the lesser of the SOA's TTL and MINIMUM; without a SOA it is not kept.</summary>
    private static TimeSpan Negative(DnsResponse response, TimeSpan ttl)
    {
        if (response.Soa is not { } soa) return TimeSpan.Zero;
        TimeSpan own = soa.Ttl < soa.Minimum ? soa.Ttl : soa.Minimum;
        return own < ttl ? own : ttl;
    }

    private static NameRecord? Alias(DnsResponse response, string name)
    {
        foreach (DnsRecord record in response.Answers)
            if (record is NameRecord { Type: DnsType.CNAME } alias && alias.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return alias;
        return null;
    }

    private static (List<DnsRecord> Records, bool Malformed) Pick(DnsResponse response, string name, DnsType type, ref TimeSpan ttl)
    {
        List<DnsRecord> records = [];
        bool malformed = false;
        foreach (DnsRecord record in response.Answers)
        {
            if (record.Type != type || !record.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (!IsUsable(record))
            {
                malformed = true;
                continue;
            }
            if (records.Count == MaxRecords) break;
            if (record.Ttl < ttl) ttl = record.Ttl;
            records.Add(record);
        }
        return (records, malformed);
    }

    /// <summary>Names that lead on to hosts must be host names, or the root where that says "none".</summary>
    private static bool IsUsable(DnsRecord record)
    {
        string? target = record switch
        {
            MxRecord mx => mx.Exchange.Length == 0 ? null : mx.Exchange,
            SrvRecord srv => srv.Target.Length == 0 ? null : srv.Target,
            NameRecord { Type: not DnsType.CNAME } other => other.Target,
            _ => null,
        };
        if (target is null || HostName.HasValidLabels(target)) return true;
        Log.Log.Warning($"malformed domain name in resource data of {record.Type} record for {record.Name}: "
            + $"{(target.Length > 100 ? target[..100] : target)}");
        return false;
    }
}

using System.Globalization;

namespace MtaSuite.Tlsrpt;

/// <summary>
/// What is to be reported to one domain: its sessions from <see cref="Start"/> to <see cref="End"/>. Open while the day lasts, then closed
/// and due at a time of its own. Times in seconds since 1970.
/// </summary>
internal sealed class DomainTally(string domain, long start)
{
    /// <summary>Policies of one domain in one day; more of them come from no honest name server.</summary>
    private const int MaxPolicies = 20;
    private readonly List<PolicyTally> _policies = [];

    public string Domain => domain;

    public long Start => start;

    /// <summary>The last second; 0: still open.</summary>
    public long End { get; set; }

    /// <summary>When the report is sent, or tried next.</summary>
    public long Due { get; set; }

    /// <summary>Where it goes, as URIs; null: the domain was not asked yet.</summary>
    public IReadOnlyList<string>? Addresses { get; set; }

    /// <summary>Addresses that have their report, or whose report was on its way when a process ended: never a second time.</summary>
    public HashSet<string> Served { get; } = new(StringComparer.Ordinal);

    /// <summary>A question for its addresses, or a delivery, is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Failed attempts to send it.</summary>
    public int Attempts { get; set; }

    public IReadOnlyList<PolicyTally> Policies => _policies;

    public long Successes => _policies.Sum(p => p.Successes);

    public long Failures => _policies.Sum(p => p.Failures);

    /// <summary>The same for the same report, in all processes.</summary>
    public string ReportId(string host)
    {
        DateTime begin = DateTimeOffset.FromUnixTimeSeconds(start).UtcDateTime;
        return $"{begin.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}.{domain}@{host}";
    }

    /// <summary>Counts sessions.</summary>
    public void Add(PolicyKey policy, FailureKey? failure, long count, int detailLimit)
    {
        PolicyTally? tally = _policies.Find(p => p.Key == policy);
        if (tally == null && _policies.Count >= MaxPolicies) tally = _policies.Find(p => p.Key.Type == policy.Type) ?? _policies[^1];
        if (tally == null) _policies.Add(tally = new PolicyTally(policy, detailLimit));
        tally.Add(failure, count);
    }
}

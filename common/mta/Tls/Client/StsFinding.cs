namespace MtaSuite.Common.Tls.Client;

/// <summary>What a domain's MTA-STS policy demands (RFC 8461 3.2). None: the domain has withdrawn its policy.</summary>
public enum StsMode : byte { None, Testing, Enforce }

/// <summary>
/// What is known of a domain's MTA-STS at the time of a delivery, for the session and for reports about it (RFC 8460). There is either a
/// policy or a failure, or both where an older policy stands in for the one that could not be had. The domain without MTA-STS has neither,
/// and null stands for it.
/// </summary>
public sealed record StsFinding
{
    /// <summary>The domain, in ASCII and lower case.</summary>
    public required string Domain { get; init; }

    public StsMode Mode { get; init; }

    /// <summary>
    /// The hosts that may take mail: names, or "*." and a name for all that have one label more (RFC 8461 4.1). Lower case.
    /// </summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>The policy's lines as they were served, for a report's policy-string; empty where there is no policy.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>
    /// Why there is no policy, or no newer one: one of the three sts- results (validation-failure from another's plugin), or success.
    /// </summary>
    public TlsResult Failure { get; init; }

    /// <summary>The failure as text, for the log; empty when there is none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>There is a policy that counts, if only to be reported.</summary>
    public bool HasPolicy => Lines.Count > 0;

    /// <summary>
    /// RFC 8461 4.1: a host matches a pattern that is its name; with "*." in front, as in certificates (RFC 6125 6.4.3), one label stands
    /// for the star.
    /// </summary>
    /// <param name="host">As the exchanger record has it, with or without a final dot.</param>
    public bool Allows(string host)
    {
        ReadOnlySpan<char> name = host.AsSpan().TrimEnd('.');
        foreach (string pattern in Patterns)
        {
            int dot = pattern.StartsWith("*.", StringComparison.Ordinal) ? name.IndexOf('.') : 0;
            if (dot < 0 || (dot == 0 && pattern.StartsWith('*'))) continue;
            if (name[dot..].Equals(pattern.AsSpan(dot == 0 ? 0 : 1), StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}

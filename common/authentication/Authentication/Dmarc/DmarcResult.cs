namespace MtaSuite.Common.Authentication.Dmarc;

/// <summary>The words of RFC 8601 2.7 and RFC 7489 11.2 for DMARC, from the best to the worst.</summary>
public enum DmarcVerdict : byte { Pass, None, TempError, PermError, Fail }

/// <summary>A domain that SPF or DKIM has looked at.</summary>
/// <param name="IsTemporary">It could not be found out: it may have passed.</param>
public readonly record struct DmarcIdentifier(string Domain, bool IsPass, bool IsTemporary = false);

/// <summary>What DMARC says of one author's domain.</summary>
/// <param name="Policy">What the domain's owner asks for when mail fails: p, sp or np of the record.</param>
/// <param name="Applied">What is left of that for this message by t= and pct=; None unless it failed.</param>
/// <param name="Reason">Words: what aligned, or why nothing did.</param>
public sealed record DmarcResult(string Domain, DmarcVerdict Verdict, DmarcPolicy Policy, DmarcPolicy Applied, string Reason)
{
    /// <summary>The record that counted; null: none.</summary>
    public DmarcRecord? Record { get; init; }

    /// <summary>Whose record it is; empty: there is none.</summary>
    public string RecordDomain { get; init; } = "";

    /// <summary>The policy's name is p, sp or np.</summary>
    public string PolicyTag { get; init; } = "p";

    /// <summary>A signature passed whose domain is aligned with the author's.</summary>
    public bool IsDkimAligned { get; init; }

    /// <summary>SPF passed for a domain that is aligned with the author's.</summary>
    public bool IsSpfAligned { get; init; }

    /// <summary>Policies and verdicts in the words of the RFC.</summary>
    public static string Word(DmarcPolicy policy) => policy switch
    {
        DmarcPolicy.Reject => "reject",
        DmarcPolicy.Quarantine => "quarantine",
        _ => "none",
    };

    public static string Word(DmarcVerdict verdict) => verdict switch
    {
        DmarcVerdict.Pass => "pass",
        DmarcVerdict.Fail => "fail",
        DmarcVerdict.TempError => "temperror",
        DmarcVerdict.PermError => "permerror",
        _ => "none",
    };

    /// <summary>
    /// The result for a message with several authors: the worst, and of equals the one with the strictest policy (RFC 7489 6.6.1).
    /// </summary>
    public static DmarcResult Worst(IReadOnlyList<DmarcResult> results) =>
        results.OrderByDescending(r => r.Applied).ThenByDescending(r => r.Verdict).ThenByDescending(r => r.Policy).First();
}

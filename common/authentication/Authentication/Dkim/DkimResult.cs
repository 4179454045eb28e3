namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>The words of RFC 8601 2.7.1.</summary>
public enum DkimVerdict : byte { None, Pass, Fail, Policy, Neutral, TempError, PermError }

/// <summary>What became of one signature.</summary>
/// <param name="Domain">d=; empty where it could not be read, as the next three.</param>
/// <param name="Identity">i=, "@d" where it is not there.</param>
/// <param name="Algorithm">a= as it stands there.</param>
/// <param name="Reason">Why it is so; for a pass what one should know (a short key, a part of the body that is not signed), mostly
/// empty. Printable ASCII.</param>
/// <param name="KeyBits">Of the key found; 0: none was.</param>
/// <param name="IsTesting">The key's record says t=y: the result is not to be held against the message (RFC 6376 3.6.1).</param>
/// <param name="SignaturePrefix">The first eight characters of b=, for header.b (RFC 6008).</param>
public sealed record DkimResult(string Domain, string Selector, string Identity, string Algorithm, DkimVerdict Verdict, string Reason,
    int KeyBits = 0, bool IsTesting = false, string SignaturePrefix = "")
{
    /// <summary>The answer to the question for the key was validated (DNSSEC).</summary>
    public bool IsKeyAuthenticated { get; init; }

    /// <summary>The verdict's word in Authentication-Results.</summary>
    public string Word => Verdict.Word();
}

/// <summary>Verdicts in words.</summary>
public static class DkimVerdicts
{
    public static string Word(this DkimVerdict verdict) => verdict switch
    {
        DkimVerdict.Pass => "pass",
        DkimVerdict.Fail => "fail",
        DkimVerdict.Policy => "policy",
        DkimVerdict.Neutral => "neutral",
        DkimVerdict.TempError => "temperror",
        DkimVerdict.PermError => "permerror",
        _ => "none",
    };
}

/// <summary>What a message may cost. The work for it is bounded by these figures, whatever a stranger writes into it.</summary>
public sealed record DkimLimits
{
    public static readonly DkimLimits Default = new();

    /// <summary>Signatures that are looked at; those of the author's domain first.</summary>
    public int Signatures { get; init; } = 5;

    /// <summary>Names in h=. Ordinary signatures have 10 to 40.</summary>
    public int Names { get; init; } = 1000;

    /// <summary>RFC 8301 3.2.</summary>
    public int MinKeyBits { get; init; } = 1024;

    /// <summary>Larger keys are refused before they are loaded. RFC 8301 3.2 demands that 4096 work.</summary>
    public int MaxKeyBits { get; init; } = 4096;

    /// <summary>How far another machine's clock may be ahead.</summary>
    public TimeSpan ClockDrift { get; init; } = TimeSpan.FromMinutes(5);
}

using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Common.Authentication.Arc;

/// <summary>One set of a chain.</summary>
/// <param name="Instance">i=, from 1.</param>
/// <param name="Domain">d= of the seal: who vouches.</param>
/// <param name="ChainValidation">cv=: what the sealer found.</param>
/// <param name="Seal">None: it was not looked at.</param>
/// <param name="Message">The verdict on its ARC-Message-Signature; None: it was not looked at. Those of older sets may fail, when the
/// message
/// was changed on the way.</param>
/// <param name="Reason">Of the verdict on the seal or message signature, the one that failed.</param>
/// <param name="AuthenticationResults">What the sealer found, as Authentication-Results has it.</param>
public sealed record ArcSeal(int Instance, string Domain, string Selector, string Algorithm, string ChainValidation, DkimVerdict Seal,
    DkimVerdict Message, string Reason, string AuthenticationResults);

/// <summary>What became of a chain.</summary>
/// <param name="Verdict">None, Pass or Fail (RFC 8617 4.4).</param>
/// <param name="Sets">How many there are.</param>
/// <param name="Reason">Why it fails; empty otherwise.</param>
/// <param name="Seals">From the first hop to the last; empty when the form is wrong.</param>
/// <param name="OldestPass">arc.oldest-pass: the first set since which the message has not been changed; 0: it never was, or the verdict is
/// not
/// Pass.</param>
/// <param name="IsTemporary">It fails because a key could not be looked up just now; such a message is not to be sealed as broken.</param>
public sealed record ArcResult(DkimVerdict Verdict, int Sets, string Reason, IReadOnlyList<ArcSeal> Seals, int OldestPass = 0,
    bool IsTemporary = false)
{
    public static readonly ArcResult None = new(DkimVerdict.None, 0, "", []);

    /// <summary>cv= of a seal above this chain; null: it must not be sealed (temporary failure, or sealed as broken before).</summary>
    public string? NextValidation { get; init; } = "none";
}

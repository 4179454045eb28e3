using MtaSuite.Common.Mail;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// One point in the expansion of a recipient: the address that is being looked at, how it was come to, and on whose behalf. Each step works
/// on a copy of its own, so that what an alias changes holds below it only.
/// </summary>
internal sealed record Branch
{
    /// <summary>The address now, internal form.</summary>
    public required string Address { get; init; }
    /// <summary>The address before any aliasing, for X-Original-To; empty below a list.</summary>
    public required string Original { get; init; }
    public string DsnOriginal { get; init; } = "";
    public Notify Notify { get; init; }
    /// <summary>Envelope sender: the message's, or a list owner's.</summary>
    public required string Sender { get; init; }
    /// <summary>The sender was replaced by a list's owner.</summary>
    public bool IsList { get; init; }
    /// <summary>Who forwards, when somebody does: addresses then go out as a new message instead of being delivered directly.</summary>
    public string? Owner { get; init; }
    /// <summary>The name whose expansion this is; meeting it again means the user of that name.</summary>
    public string? ExpandedFrom { get; init; }
    public ExpansionSource Source { get; init; }
    /// <summary>The address for Delivered-To.</summary>
    public string? Delivered { get; init; }
    public UserRights Rights { get; init; } = UserRights.None;
    /// <summary>Depth of the expansion.</summary>
    public int Level { get; init; }

    // ---- parts of the address, in lower case

    /// <summary>The local part.</summary>
    public string Local { get; init; } = "";
    /// <summary>The local part without extension.</summary>
    public string User { get; init; } = "";
    /// <summary>What follows the delimiter; null: there is none.</summary>
    public string? Extension { get; init; }
    /// <summary>An extension that no look-up has used and that is to be passed on.</summary>
    public string? Unmatched { get; init; }
    public string? Domain { get; init; }

    /// <summary>The delimiter before the extension, as a string; empty when there is none.</summary>
    public string Delimiter => User.Length < Local.Length ? Local[User.Length].ToString() : "";

    public Branch Deeper() => this with { Level = Level + 1 };
}

using MtaSuite.Common.Mail;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// One point in the expansion of a recipient: the address that is being looked at, how it was come to, and on whose behalf. Each step works
/// on a copy of its own, so that what an alias changes holds below it only.
/// </summary>
internal sealed record Branch
{
    /// <summary>The depth at which an expansion is taken for a loop; as many as Postfix allows.</summary>
    public const int MaxLevel = 100;

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
    /// <summary>An extension that no lookup has used and that is to be passed on.</summary>
    public string? Unmatched { get; init; }
    public string? Domain { get; init; }

    /// <summary>The delimiter before the extension, as a string; empty when there is none.</summary>
    public string Delimiter => User.Length < Local.Length ? Local[User.Length].ToString() : "";

    public Branch Deeper() => this with { Level = Level + 1 };

    /// <summary>From here on Delivered-To names the address that the branch stands at.</summary>
    /// <param name="isFrozen">frozen_delivered_to: it stays as it is.</param>
    public Branch UpdateDelivered(bool isFrozen) => isFrozen ? this : this with { Delivered = Address };

    /// <summary>The success of an expansion is reported once, at the alias.</summary>
    public Branch WithoutSuccessNotice() =>
        this with { Notify = Notify == Notify.Success ? Notify.Never : Notify & ~Notify.Success };

    /// <summary>How a message is copied for this branch.</summary>
    public CopySpec CopyFor(CopyOptions options, DeliveredContext context, LocalSettings settings)
    {
        if ((settings.PrependDelivered & context) == 0) options &= ~CopyOptions.DeliveredTo;
        return new CopySpec(Sender, Original, Delivered ?? Address, options);
    }
}

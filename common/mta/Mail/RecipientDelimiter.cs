using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Mail;

/// <summary>How local parts are split into user and extension (recipient_delimiter), and which are not.</summary>
/// <param name="Characters">Any of them is a delimiter; empty: there are no extensions.</param>
public sealed record RecipientDelimiter(string Characters)
{
    public static readonly RecipientDelimiter None = new("");

    /// <summary>double_bounce_sender, which is never split.</summary>
    public string DoubleBounceSender { get; init; } = BounceParams.DoubleBounceSender.Default;

    /// <summary>owner_request_special: owner-x and x-request are never split.</summary>
    public bool OwnerRequestSpecial { get; init; } = true;

    public bool IsEmpty => Characters.Length == 0;

    public static RecipientDelimiter From(MailConfig config) => new(config.Get(RewriteParams.RecipientDelimiter))
    {
        DoubleBounceSender = config.Get(BounceParams.DoubleBounceSender),
        OwnerRequestSpecial = config.Get(RewriteParams.OwnerRequestSpecial),
    };

    /// <summary>postmaster, mailer-daemon and double_bounce_sender; owner-x and x-request when "-" is a delimiter.</summary>
    internal bool IsNeverSplit(ReadOnlySpan<char> local)
    {
        if (local.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
            || local.Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase)
            || local.Equals(DoubleBounceSender, StringComparison.OrdinalIgnoreCase)) return true;
        return OwnerRequestSpecial && Characters.Contains('-')
            && (local.StartsWith("owner-", StringComparison.OrdinalIgnoreCase)
                || (local.Length > 8 && local.EndsWith("-request", StringComparison.OrdinalIgnoreCase)));
    }
}

namespace MtaSuite.Common.Mail;

public static partial class Address
{
    private static string s_doubleBounce = "double-bounce";
    private static bool s_ownerRequestSpecial = true;

    /// <summary>
    /// Sets what <see cref="SplitExtension"/> never splits: double_bounce_sender, and owner-x and x-request (owner_request_special). Once,
    /// at start.
    /// </summary>
    public static void ConfigureExtensions(string doubleBounceSender, bool ownerRequestSpecial)
    {
        s_doubleBounce = doubleBounceSender;
        s_ownerRequestSpecial = ownerRequestSpecial;
    }

    /// <summary>
    /// Splits a local part at the first of the delimiter characters (recipient_delimiter). False, and the whole local part as base, when
    /// there is nothing to split or the base would be empty. The reserved names postmaster, mailer-daemon and double_bounce_sender are
    /// never split, nor owner-x and x-request when "-" is a delimiter.
    /// </summary>
    /// <param name="extension">What follows the delimiter, without it; may be empty ("user+").</param>
    public static bool SplitExtension(ReadOnlySpan<char> local, ReadOnlySpan<char> delimiters, out ReadOnlySpan<char> @base,
        out ReadOnlySpan<char> extension)
    {
        @base = local;
        extension = default;
        if (delimiters.IsEmpty) return false;
        int at = local.IndexOfAny(delimiters);
        if (at <= 0 || IsNeverSplit(local, delimiters)) return false;
        @base = local[..at];
        extension = local[(at + 1)..];
        return true;
    }

    /// <summary>
    /// The address without its extension, and the extension with its delimiter ("+foo"). Null when it has none.
    /// </summary>
    public static string? StripExtension(string address, string delimiters, out string extension)
    {
        extension = "";
        Split(address, out ReadOnlySpan<char> local, out _);
        if (!SplitExtension(local, delimiters, out ReadOnlySpan<char> @base, out _)) return null;
        extension = local[@base.Length..].ToString();
        return string.Concat(@base, address.AsSpan(local.Length));
    }

    private static bool IsNeverSplit(ReadOnlySpan<char> local, ReadOnlySpan<char> delimiters)
    {
        if (local.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
            || local.Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase)
            || local.Equals(s_doubleBounce, StringComparison.OrdinalIgnoreCase)) return true;
        return s_ownerRequestSpecial && delimiters.Contains('-')
            && (local.StartsWith("owner-", StringComparison.OrdinalIgnoreCase)
                || (local.Length > 8 && local.EndsWith("-request", StringComparison.OrdinalIgnoreCase)));
    }
}

namespace MtaSuite.Common.Mail;

public static partial class Address
{
    /// <summary>
    /// Splits a local part at the first of the delimiter characters. False, and the whole local part as base, when there is nothing to
    /// split, when it is one that is never split, or when the base would be empty.
    /// </summary>
    /// <param name="extension">What follows the delimiter, without it; may be empty ("user+").</param>
    public static bool SplitExtension(ReadOnlySpan<char> local, RecipientDelimiter delimiter, out ReadOnlySpan<char> @base,
        out ReadOnlySpan<char> extension)
    {
        @base = local;
        extension = default;
        if (delimiter.IsEmpty) return false;
        int at = local.IndexOfAny(delimiter.Characters);
        if (at <= 0 || delimiter.IsNeverSplit(local)) return false;
        @base = local[..at];
        extension = local[(at + 1)..];
        return true;
    }

    /// <summary>
    /// The address without its extension, and the extension with its delimiter ("+foo"). Null when it has none.
    /// </summary>
    public static string? StripExtension(string address, RecipientDelimiter delimiter, out string extension)
    {
        extension = "";
        Split(address, out ReadOnlySpan<char> local, out _);
        if (!SplitExtension(local, delimiter, out ReadOnlySpan<char> @base, out _)) return null;
        extension = local[@base.Length..].ToString();
        return string.Concat(@base, address.AsSpan(local.Length));
    }
}

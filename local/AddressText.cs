using System.Buffers;

namespace MtaSuite.Local;

/// <summary>Addresses in the form that envelopes hold (unquoted) as text of headers, lookups and arguments.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("()<>@,;:\\\"[] \t\r\n\0");

    /// <summary>
    /// The address with its local part quoted where RFC 5322 wants that: dot-atom / quoted-string, "@", domain. Characters beyond ASCII need no quotes.
    /// </summary>
    public static string Quote(string address)
    {
        int at = address.LastIndexOf('@');
        ReadOnlySpan<char> local = at < 0 ? address : address.AsSpan(0, at);
        return IsDotAtom(local) ? address : QuoteLocal(local) + (at < 0 ? "" : address[at..]);
    }

    /// <summary>A local part in quoted form where needed.</summary>
    public static string QuoteLocalPart(string local) => IsDotAtom(local) ? local : QuoteLocal(local);

    /// <summary>Splits at the rightmost "@"; the domain is null when there is none.</summary>
    public static (string Local, string? Domain) Split(string address)
    {
        int at = address.LastIndexOf('@');
        return at < 0 ? (address, null) : (address[..at], address[(at + 1)..]);
    }

    /// <summary>
    /// Where the extension's delimiter stands in a local part, or -1. A local part that starts with one is not split, nor are the names
    /// that the system relies on (postmaster, mailer-daemon, double-bounce; with "-" also owner-x and x-request).
    /// </summary>
    /// <param name="delimiters">recipient_delimiter: a set of characters.</param>
    public static int FindDelimiter(string local, string delimiters, bool ownerRequestSpecial, string doubleBounce = "double-bounce")
    {
        if (delimiters.Length == 0 || IsReserved(local, doubleBounce)) return -1;
        if (ownerRequestSpecial && delimiters.Contains('-')
            && (local.StartsWith("owner-", StringComparison.OrdinalIgnoreCase) || local.EndsWith("-request", StringComparison.OrdinalIgnoreCase)))
            return -1;
        int i = local.AsSpan().IndexOfAny(delimiters);
        return i > 0 ? i : -1;
    }

    private static bool IsReserved(string local, string doubleBounce) =>
        local.Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase)
        || local.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
        || local.Equals(doubleBounce, StringComparison.OrdinalIgnoreCase);

    private static bool IsDotAtom(ReadOnlySpan<char> local)
    {
        if (local.IsEmpty || local[0] == '.' || local[^1] == '.' || local.ContainsAny(s_special)) return local.IsEmpty;
        return local.IndexOf("..") < 0 && !local.ContainsAnyInRange('\0', '\x1f') && !local.Contains('\x7f');
    }

    private static string QuoteLocal(ReadOnlySpan<char> local)
    {
        System.Text.StringBuilder text = new(local.Length + 4);
        text.Append('"');
        foreach (char c in local)
        {
            if (c is '"' or '\\' or '\r') text.Append('\\');
            text.Append(c);
        }
        return text.Append('"').ToString();
    }
}

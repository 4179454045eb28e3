using System.Buffers;

namespace MtaSuite.Common.Mail;

/// <summary>
/// Operations on e-mail addresses. An address in <em>internal</em> form is the local part without its quoting, "@", domain; everything
/// behind the last "@" is the domain, so <c>"a b@c"@d</c> is <c>a b@c@d</c>. Envelopes, queue files and table lookups use the internal
/// form. The <em>external</em> form has the local part quoted where the grammar asks for it, as on the wire and in headers.
/// </summary>
public static partial class Address
{
    /// <summary>
    /// No address on the wire or in a header may be longer, in characters; longer ones are refused before they are parsed.
    /// </summary>
    public const int MaxLength = 4096;

    // RFC 5322 3.2.3 specials, white space and controls; "." is looked at apart. Bytes above 127 are text (RFC 6532).
    private const string Specials = "()<>@,;:\\\"[] ";
    private static readonly SearchValues<char> NotAtom = SearchValues.Create(
        Specials + string.Concat(Enumerable.Range(0, 32).Append(127).Select(c => (char)c)));

    /// <summary>
    /// Splits at the last "@". False when there is none: then <paramref name="local"/> is everything and the domain is empty.
    /// </summary>
    public static bool Split(ReadOnlySpan<char> address, out ReadOnlySpan<char> local, out ReadOnlySpan<char> domain)
    {
        int at = address.LastIndexOf('@');
        local = at < 0 ? address : address[..at];
        domain = at < 0 ? default : address[(at + 1)..];
        return at >= 0;
    }

    /// <summary>What follows the last "@"; empty when there is none.</summary>
    public static ReadOnlySpan<char> Domain(ReadOnlySpan<char> address) =>
        address[(address.LastIndexOf('@') is var at and >= 0 ? at + 1 : address.Length)..];

    /// <summary>What precedes the last "@"; the whole text when there is none.</summary>
    public static ReadOnlySpan<char> Local(ReadOnlySpan<char> address) =>
        address.LastIndexOf('@') is var at and >= 0 ? address[..at] : address;

    /// <summary>The whole address in lower case, for lookups and comparisons; the same string when nothing changes.</summary>
    public static string Fold(string address)
    {
        foreach (char c in address)
            if (c is >= 'A' and <= 'Z' or > '\x7f') return address.ToLowerInvariant();
        return address;
    }

    /// <summary>The address with its domain in lower case; the same string when nothing changes.</summary>
    public static string FoldDomain(string address)
    {
        int start = address.LastIndexOf('@') + 1;
        if (start == 0) return address;
        ReadOnlySpan<char> domain = address.AsSpan(start);
        foreach (char c in domain)
            if (c is >= 'A' and <= 'Z' or > '\x7f')
                return string.Concat(address.AsSpan(0, start), address[start..].ToLowerInvariant());
        return address;
    }

    /// <summary>True when no character is above 127.</summary>
    public static bool IsAscii(string address) => System.Text.Ascii.IsValid(address);

    /// <summary>
    /// External form for headers: quotes the local part unless it is a dot-atom.
    /// RFC 5322 3.4.1: local-part = dot-atom / quoted-string; dot-atom-text = 1*atext *("." 1*atext).
    /// An empty address stays empty.
    /// </summary>
    public static string Quote822(string address)
    {
        if (address.Length == 0) return address;
        Split(address, out ReadOnlySpan<char> local, out _);
        if (IsDotAtom(local)) return address;
        var text = new ValueText(stackalloc char[256]);
        AppendQuoted(ref text, local);
        text.Append(address.AsSpan(local.Length));
        return text.ToStringAndFree();
    }

    /// <summary>
    /// External form for the wire. RFC 5321 4.1.2: Local-part = Dot-string / Quoted-string. The same rule as in headers: the two grammars
    /// differ only in what they allow inside quotes, and a backslash before it is right in both.
    /// </summary>
    public static string Quote821(string address) => Quote822(address);

    /// <summary>Local part alone, quoted when it is not a dot-atom.</summary>
    public static string QuoteLocal(string local)
    {
        if (IsDotAtom(local)) return local;
        var text = new ValueText(stackalloc char[256]);
        AppendQuoted(ref text, local);
        return text.ToStringAndFree();
    }

    /// <summary>Internal form of an address on the wire; the reverse of <see cref="Quote821"/>.</summary>
    public static string Unquote821(string external) => Unquote822(external);

    /// <summary>
    /// Internal form of an external address without comments: quotes and backslashes of the local part are resolved, the text behind the
    /// last "@" outside quotes is taken as it is. A lone backslash at the end is dropped.
    /// </summary>
    public static string Unquote822(string external)
    {
        if (external.AsSpan().IndexOfAny('"', '\\') < 0) return external;
        var text = new ValueText(stackalloc char[256]);
        bool quoted = false;
        int atSource = -1, atResult = -1;
        for (int i = 0; i < external.Length; i++)
        {
            char c = external[i];
            if (c == '"') { quoted = !quoted; continue; }
            if (c == '@' && !quoted) (atSource, atResult) = (i, text.Length);
            if (c == '\\')
            {
                if (++i == external.Length) break;
                c = external[i];
            }
            text.Append(c);
        }
        if (atSource >= 0)
        {
            text.Length = atResult;
            text.Append(external.AsSpan(atSource));
        }
        return text.ToStringAndFree();
    }

    /// <summary>True for 1*atext *("." 1*atext), with text above 127 counted as atext (RFC 6532 3.2).</summary>
    public static bool IsDotAtom(ReadOnlySpan<char> local) =>
        local.Length > 0 && local[0] != '.' && local[^1] != '.'
        && local.IndexOfAny(NotAtom) < 0 && local.IndexOf("..") < 0;

    private static void AppendQuoted(ref ValueText text, ReadOnlySpan<char> local)
    {
        text.Append('"');
        foreach (char c in local)
        {
            if (c is '"' or '\\' or '\r') text.Append('\\');
            text.Append(c);
        }
        text.Append('"');
    }
}

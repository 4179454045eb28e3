using System.Text;
using System.Text.Unicode;

namespace MtaSuite.Common.Mail;

/// <summary>What a path argument may look like.</summary>
/// <param name="Strict">strict_rfc821_envelopes: only "&lt;path&gt;", no comments, phrases or white space in it.</param>
/// <param name="AllowUtf8">The client asked for SMTPUTF8 (RFC 6531), or 8-bit addresses are let through.</param>
/// <param name="AllowEmpty">"&lt;&gt;" is allowed (MAIL FROM).</param>
public readonly record struct SmtpPathOptions(bool Strict, bool AllowUtf8, bool AllowEmpty);

/// <summary>Why a path was refused.</summary>
public enum SmtpPathError : byte
{
    None, Missing, Empty, NotBracketed, Unbalanced, NotAnAddress, SeveralAddresses, BadCharacter, NotAscii, BadUtf8, BadDomain, BadLiteral,
    TooLong
}

/// <summary>The path argument of MAIL FROM: and RCPT TO:.</summary>
public static class SmtpPath
{
    // Brackets in brackets, as some programs that know the address with its own send it; Postfix takes no more either.
    private const int MaxAngles = 2;

    /// <summary>
    /// Reads a path at the start of what follows "FROM:" or "TO:".
    /// <code>
    /// RFC 5321 4.1.2:
    /// Reverse-path = Path / "&lt;&gt;"                Path  = "&lt;" [ A-d-l ":" ] Mailbox "&gt;"
    /// Mailbox      = Local-part "@" ( Domain / address-literal )
    /// </code>
    /// A source route is dropped, as 4.1.1.3 allows. Beyond the grammar, unless strict: spaces before the path, no brackets or two
    /// pairs, comments and a
    /// display name as in headers. A local part without a domain passes (rewriting completes it), and so does an empty domain or a
    /// numeric one (the
    /// resolver knows what the site makes of them).
    /// </summary>
    /// <param name="text">The rest of the command line without its line end.</param>
    /// <param name="address">Internal form; empty for "&lt;&gt;".</param>
    /// <param name="consumed">How many bytes of the text belong to the path; the parameters follow there.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, SmtpPathOptions options, out string address, out int consumed,
        out SmtpPathError error)
    {
        address = "";
        error = FindExtent(text, out int start, out consumed);
        if (error != SmtpPathError.None) return false;
        ReadOnlySpan<byte> path = text[start..consumed];
        bool bracketed = path is [(byte)'<', .., (byte)'>'];
        if (options.Strict && !bracketed) { error = SmtpPathError.NotBracketed; return false; }
        if (path.Length > Address.MaxLength) { error = SmtpPathError.TooLong; return false; }
        ReadOnlySpan<byte> mailbox = WithoutRoute(bracketed ? path[1..^1] : path);
        error = CheckBytes(mailbox, options.AllowUtf8);
        if (error == SmtpPathError.None) error = ReadMailbox(mailbox, options, ref address);
        return error == SmtpPathError.None;
    }

    /// <summary>
    /// Finds where the path starts and ends: at the first white space outside of quotes and angle brackets, which nest (<c>&lt;"a b"
    /// &lt;a@b&gt;&gt;</c>).
    /// </summary>
    private static SmtpPathError FindExtent(ReadOnlySpan<byte> text, out int start, out int end)
    {
        start = 0;
        while (start < text.Length && text[start] is (byte)' ' or (byte)'\t') start++;
        end = start;
        if (start == text.Length) return SmtpPathError.Missing;
        int angles = 0, firstClosed = -1;
        byte close = 0;
        bool tooDeep = false;
        for (; end < text.Length; end++)
        {
            byte b = text[end];
            if (b == '\\') { end++; continue; }
            if (close != 0) { if (b == close) close = 0; continue; }
            if (b == '"') close = (byte)'"';
            else if (b == '[') close = (byte)']';
            else if (b == '<') tooDeep |= ++angles > MaxAngles;
            else if (b == '>' && angles > 0 && --angles == 0 && firstClosed < 0) firstClosed = end;
            else if (angles == 0 && b is (byte)' ' or (byte)'\t') break;
        }
        end = Math.Min(end, text.Length);
        if (angles > 0 || close != 0) return SmtpPathError.Unbalanced;
        if (tooDeep) return SmtpPathError.NotAnAddress;
        // "<a@b><c@d>": the last bracket is not the first one's
        return text[start] == '<' && text[end - 1] == '>' && firstClosed != end - 1 ? SmtpPathError.SeveralAddresses : SmtpPathError.None;
    }

    private static ReadOnlySpan<byte> WithoutRoute(ReadOnlySpan<byte> mailbox) =>
        mailbox.Length > 0 && mailbox[0] == '@' && mailbox.IndexOf((byte)':') is var colon and > 0 ? mailbox[(colon + 1)..] : mailbox;

    private static SmtpPathError CheckBytes(ReadOnlySpan<byte> mailbox, bool allowUtf8)
    {
        if (mailbox.IndexOfAnyInRange((byte)0, (byte)31) >= 0 || mailbox.Contains((byte)127)) return SmtpPathError.BadCharacter;
        if (Ascii.IsValid(mailbox)) return SmtpPathError.None;
        if (!allowUtf8) return SmtpPathError.NotAscii;
        return Utf8.IsValid(mailbox) ? SmtpPathError.None : SmtpPathError.BadUtf8;
    }

    private static SmtpPathError ReadMailbox(ReadOnlySpan<byte> mailbox, SmtpPathOptions options, ref string address)
    {
        if (mailbox.IsEmpty) return options.AllowEmpty ? SmtpPathError.None : SmtpPathError.Empty;
        string external;
        if (IsPlain(mailbox)) external = Encoding.UTF8.GetString(mailbox);
        else
        {
            SmtpPathError error = FindOne(mailbox, options, out external);
            if (error != SmtpPathError.None) return error;
        }
        string found = Address.Unquote821(external);
        if (found.Length == 0) return options.AllowEmpty ? SmtpPathError.None : SmtpPathError.Empty;
        SmtpPathError bad = CheckDomain(found, options);
        if (bad == SmtpPathError.None) address = found;
        return bad;
    }

    // Letters, digits and the most common atext, with dots and one "@": by far the usual case.
    private static bool IsPlain(ReadOnlySpan<byte> mailbox)
    {
        int at = 0;
        foreach (byte b in mailbox)
        {
            if (b == '@') at++;
            else if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'.' or (byte)'-' or (byte)'_' or (byte)'+' or (byte)'='))
                return false;
        }
        return at == 1 && mailbox[0] != '@';
    }

    private static SmtpPathError FindOne(ReadOnlySpan<byte> mailbox, SmtpPathOptions options, out string external)
    {
        external = "";
        List<AddressSpan> spans = [];
        HeaderAddresses.Find(mailbox, spans);
        if (spans.Count > 1) return SmtpPathError.SeveralAddresses;
        if (spans.Count == 0) return options.AllowEmpty && !options.Strict ? SmtpPathError.None : SmtpPathError.NotAnAddress;
        AddressSpan span = spans[0];
        external = HeaderAddresses.External(mailbox[span.Start..span.End]) ?? "";
        if (!options.Strict) return SmtpPathError.None;
        // strict: nothing was skipped or mended, and something stands before the "@"
        bool whole = external[0] != '@' && Encoding.UTF8.GetByteCount(external) == mailbox.Length;
        return whole ? SmtpPathError.None : SmtpPathError.NotAnAddress;
    }

    private static SmtpPathError CheckDomain(string address, SmtpPathOptions options)
    {
        if (!Address.Split(address, out _, out ReadOnlySpan<char> domain)) return SmtpPathError.None;
        if (domain.IsEmpty) return options.Strict ? SmtpPathError.BadDomain : SmtpPathError.None;
        if (domain[0] == '[') return HostName.TryParseLiteral(domain, out _) ? SmtpPathError.None : SmtpPathError.BadLiteral;
        if (domain[^1] == '.' && !options.Strict) domain = domain[..^1];
        return HostName.HasValidLabels(domain, options.AllowUtf8) ? SmtpPathError.None : SmtpPathError.BadDomain;
    }
}

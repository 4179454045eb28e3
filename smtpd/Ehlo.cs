using System.Globalization;
using System.Text;
using MtaSuite.Common.Config;

namespace MtaSuite.Smtpd;

/// <summary>The keywords that smtpd_discard_ehlo_keywords may name.</summary>
[Flags]
internal enum EhloKeywords
{
    None = 0, EightBitMime = 1, Auth = 2, Etrn = 4, Pipelining = 8, Size = 16, Verp = 32, Vrfy = 64, Xclient = 128, Xforward = 256,
    StartTls = 512, EnhancedStatusCodes = 1024, Dsn = 2048, SmtpUtf8 = 4096, Chunking = 8192, RequireTls = 16384, SilentDiscard = 32768,
}

/// <summary>The answer to EHLO, built once for each combination of what is announced.</summary>
internal static class Ehlo
{
    private static readonly (string Word, EhloKeywords Keyword)[] s_words =
    [
        ("8bitmime", EhloKeywords.EightBitMime), ("auth", EhloKeywords.Auth), ("etrn", EhloKeywords.Etrn),
            ("pipelining", EhloKeywords.Pipelining),
        ("size", EhloKeywords.Size), ("verp", EhloKeywords.Verp), ("vrfy", EhloKeywords.Vrfy), ("xclient", EhloKeywords.Xclient),
        ("xforward", EhloKeywords.Xforward), ("starttls", EhloKeywords.StartTls), ("enhancedstatuscodes", EhloKeywords.EnhancedStatusCodes),
        ("dsn", EhloKeywords.Dsn), ("smtputf8", EhloKeywords.SmtpUtf8), ("chunking", EhloKeywords.Chunking),
            ("requiretls", EhloKeywords.RequireTls),
        ("silent-discard", EhloKeywords.SilentDiscard),
    ];

    /// <summary>Parses a list of keywords in any case; unknown ones are ignored, so that a list may name what is yet to come.</summary>
    public static EhloKeywords ParseKeywords(string text)
    {
        EhloKeywords result = EhloKeywords.None;
        foreach (string word in ConfigList.Split(text))
            foreach ((string name, EhloKeywords keyword) in s_words)
                if (word.Equals(name, StringComparison.OrdinalIgnoreCase)) result |= keyword;
        return result;
    }

    /// <summary>The words of a set, for the log.</summary>
    public static string Format(EhloKeywords keywords) =>
        string.Join(' ', s_words.Where(w => (keywords & w.Keyword) != 0).Select(w => w.Word));

    /// <summary>
    /// RFC 5321 4.1.1.1: ehlo-ok-rsp = "250-" Domain CRLF *( "250-" ehlo-line CRLF ) "250" SP ehlo-line CRLF.
    /// </summary>
    /// <param name="auth">The SASL mechanisms offered; empty: none.</param>
    public static byte[] Reply(SmtpdSettings settings, EhloKeywords discard, bool xclient, bool xforward, string auth)
    {
        List<string> lines = [settings.MyHostname];
        void Add(EhloKeywords keyword, bool available, string line)
        {
            if (available && (discard & keyword) == 0) lines.Add(line);
        }
        Add(EhloKeywords.Pipelining, true, "PIPELINING");
        Add(EhloKeywords.Size, true, settings.MessageSizeLimit > 0
            ? string.Create(CultureInfo.InvariantCulture, $"SIZE {settings.MessageSizeLimit}") : "SIZE");
        Add(EhloKeywords.Vrfy, !settings.DisableVrfy, "VRFY");
        Add(EhloKeywords.Etrn, true, "ETRN");
        Add(EhloKeywords.Verp, true, "XVERP");
        Add(EhloKeywords.StartTls, settings.Tls.IsOn, "STARTTLS");
        Add(EhloKeywords.Auth, auth.Length > 0, $"AUTH {auth}");
        Add(EhloKeywords.Auth, auth.Length > 0 && settings.Auth.BrokenClients, $"AUTH={auth}");
        Add(EhloKeywords.Xclient, xclient, "XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT");
        Add(EhloKeywords.Xforward, xforward, "XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT");
        Add(EhloKeywords.EnhancedStatusCodes, true, "ENHANCEDSTATUSCODES");
        Add(EhloKeywords.EightBitMime, true, "8BITMIME");
        Add(EhloKeywords.Dsn, true, "DSN");
        Add(EhloKeywords.SmtpUtf8, settings.SmtpUtf8, "SMTPUTF8");
        Add(EhloKeywords.Chunking, true, "CHUNKING");
        Add(EhloKeywords.RequireTls, settings.RequireTls, "REQUIRETLS");
        StringBuilder text = new();
        for (int i = 0; i < lines.Count; i++) text.Append("250").Append(i < lines.Count - 1 ? '-' : ' ').Append(lines[i]).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

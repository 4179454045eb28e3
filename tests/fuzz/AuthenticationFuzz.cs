using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Common.Authentication;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// SPF records against the grammar of RFC 7208 written as one expression, lists of tags against that of RFC 6376; DKIM and DMARC never
/// fault.
/// </summary>
public static partial class AuthenticationFuzz
{
    private const string Macro = @"(%\{[slodiphcrtv]\d*r?[-.+,/_=]*\}|%%|%_|%-)";
    private const string MacroString = $@"({Macro}|[\x21-\x24\x26-\x7e])*";
    private const string Domain = $@"{MacroString}({Macro}|\.((?=[a-z0-9-]*[a-z-])[a-z0-9]([a-z0-9-]*[a-z0-9])?)\.?)";
    private const string Four = @"/(3[0-2]|[12]?\d)", Six = @"/(12[0-8]|1[01]\d|[1-9]?\d)", Octet = @"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";

    // An IPv6 address is left to another reader: its grammar has nine alternatives.
    private static readonly Regex s_term = new(
        $@"\A([-+~?]?(all|(include|exists):{Domain}|(a|mx)(:{Domain})?({Four})?(/{Six})?|ptr(:{Domain})?|"
        + $@"ip4:({Octet}\.){{3}}{Octet}({Four})?|ip6:(?<six>[0-9a-f:.]+)({Six})?)"
        + $@"|(?<known>redirect|exp)={Domain}|(?!(redirect|exp)=)[a-z][-a-z0-9_.]*={MacroString})\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly Regex s_tags = new(
        @"\A[ \t\r\n]*[A-Za-z][A-Za-z0-9_]*[ \t\r\n]*=[\x21-\x3a\x3c-\x7e \t\r\n]*(;"
        + @"[ \t\r\n]*[A-Za-z][A-Za-z0-9_]*[ \t\r\n]*=[\x21-\x3a\x3c-\x7e \t\r\n]*)*(;[ \t\r\n]*)?\z");

    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        Spf(text);
        Tags(text);
        if (DkimRecord.TryParse(text, out DkimRecord dkim, out string problem) != (problem.Length == 0))
            throw new InvalidOperationException("DKIM: no reason");
        if (dkim.IsRevoked && dkim.Bits != 0) throw new InvalidOperationException("DKIM: bits of no key");
        if (DmarcRecord.TryParse("v=DMARC1;" + text, out DmarcRecord dmarc, out problem) != (problem.Length == 0))
            throw new InvalidOperationException("DMARC: no reason");
        if (dmarc.Percent is < 0 or > 100) throw new InvalidOperationException("DMARC: percent");
    }

    private static void Spf(string text)
    {
        bool ok = SpfRecord.TryParse("v=spf1 " + text, out SpfRecord record, out string problem);
        string[] terms = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool expected = Array.TrueForAll(terms, Fits)
            && terms.Count(t => t.StartsWith("redirect=", StringComparison.OrdinalIgnoreCase)) <= 1
            && terms.Count(t => t.StartsWith("exp=", StringComparison.OrdinalIgnoreCase)) <= 1;
        if (ok != expected) throw new InvalidOperationException($"SPF: {ok}, expected {expected}: {problem}");
        SpfFacts facts = new(System.Net.IPAddress.Loopback, "a.b-c@d.example", "h.example");
        foreach (SpfTerm term in ok ? record.Terms : [])
            if (term.Domain.Length > 0) SpfMacro.ExpandDomain(term.Domain, "d.example", facts);
    }

    private static bool Fits(string term)
    {
        Match match = s_term.Match(term);
        return match.Success && (!match.Groups["six"].Success || Common.Mail.HostName.TryParseIPv6(match.Groups["six"].Value, out _));
    }

    private static void Tags(string text)
    {
        bool ok = TagList.TryParse(text, out TagList tags, out string problem);
        bool expected = s_tags.IsMatch(text);
        if (expected)
        {
            string[] names = [.. text.Split(';').Select(t => t.Split('=')[0].Trim(' ', '\t', '\r', '\n')).Where(n => n.Length > 0)];
            expected = names.Distinct().Count() == names.Length;
        }
        if (ok != expected) throw new InvalidOperationException($"tags: {ok}, expected {expected}: {problem}");
        if (ok && tags.Tags.Any(t => tags[t.Key] != t.Value)) throw new InvalidOperationException("tags: not found again");
    }

    [Test]
    public static void Spf_records() =>
        FuzzRunner.Run(One, 7208, "allamxptr include:ip4:192.0.2.ip6:::/%{d}{i}2r-_+~?= .a1b.exampleredirect=exp="u8, 60);

    [Test]
    public static void Lists_of_tags() => FuzzRunner.Run(One, 6376, "v=;p=k; \t\nab_1==;;DKIM1rsa:"u8, 40);

    // Whole words make what random letters do not.
    private static readonly string[] s_words = ["a", "mx", "all", "include:", "exists:", "ip4:192.0.2.1", "ip6:2001:db8::1", "/24", "//64",
        "/129", ":x.example", "%{d}", "%{i2r.-}", ".test", " ", "-", "redirect=", "exp=", "x.y=", "%%", "."];

    [Test]
    public static void Spf_records_of_words() => FuzzRunner.Run(static input =>
    {
        StringBuilder text = new();
        foreach (byte b in input) text.Append(s_words[b % s_words.Length]);
        One(Encoding.Latin1.GetBytes(text.ToString()));
    }, 4408, [.. Enumerable.Range(0, 256).Select(i => (byte)i)], 10);
}

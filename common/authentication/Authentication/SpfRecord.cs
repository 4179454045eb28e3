using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Authentication;

/// <summary>What a check of SPF says (RFC 7208 2.6).</summary>
public enum SpfResult : byte { None, Neutral, Pass, Fail, SoftFail, TempError, PermError }

public enum SpfMechanism : byte { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists }

/// <summary>One directive: what a client must fulfil, and the result if it does.</summary>
/// <param name="Result">By the qualifier: "+" Pass, "-" Fail, "~" SoftFail, "?" Neutral.</param>
/// <param name="Domain">The domain-spec with its macros; empty: the domain of the record.</param>
/// <param name="Network">Of ip4 and ip6.</param>
/// <param name="Prefix4">Bits of an IPv4 address that must be equal.</param>
/// <param name="Text">As it stands in the record.</param>
public sealed record SpfTerm(SpfResult Result, SpfMechanism Mechanism, string Domain, IPAddress? Network, int Prefix4, int Prefix6,
    string Text)
{
    /// <summary>It counts to the ten DNS lookups that one check may take (RFC 7208 4.6.4).</summary>
    public bool NeedsDnsLookup =>
        Mechanism is SpfMechanism.Include or SpfMechanism.A or SpfMechanism.Mx or SpfMechanism.Ptr or SpfMechanism.Exists;
}

/// <summary>
/// An SPF record. RFC 7208 4.6.1, 12:
/// <code>
/// record     = "v=spf1" *( 1*SP ( directive / modifier ) ) *SP
/// directive  = [ "+" / "-" / "?" / "~" ] mechanism
/// mechanism  = "all" / "include:" spec / "a" [":" spec] [dual-cidr] / "mx" [":" spec] [dual-cidr] / "ptr" [":" spec]
///            / "ip4:" ip4 ["/" 0-32] / "ip6:" ip6 ["/" 0-128] / "exists:" spec
/// dual-cidr  = ["/" 0-32] ["//" 0-128]
/// modifier   = "redirect=" spec / "exp=" spec / name "=" macro-string
/// name       = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
/// </code>
/// All words are the same in capital letters.
/// </summary>
public sealed partial class SpfRecord
{
    public const string Version = "v=spf1";
    private static readonly (string Word, SpfMechanism Mechanism)[] s_mechanisms =
    [
        ("all", SpfMechanism.All), ("include", SpfMechanism.Include), ("a", SpfMechanism.A), ("mx", SpfMechanism.Mx),
            ("ptr", SpfMechanism.Ptr),
        ("ip4", SpfMechanism.Ip4), ("ip6", SpfMechanism.Ip6), ("exists", SpfMechanism.Exists),
    ];

    private readonly List<SpfTerm> _terms = [];

    public IReadOnlyList<SpfTerm> Terms => _terms;

    /// <summary>The domain whose record counts when no term matches; empty: none.</summary>
    public string Redirect { get; private set; } = "";

    /// <summary>Where the text is that explains a refusal; empty: nowhere.</summary>
    public string Explanation { get; private set; } = "";

    /// <summary>RFC 7208 4.5: the version, then a space or the end. Other TXT records are none of SPF's business.</summary>
    public static bool IsSpf(string text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase) && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <summary>Reads a record's text; false with what is wrong: the result of a check is then PermError.</summary>
    public static bool TryParse(string text, out SpfRecord record, out string problem)
    {
        record = new SpfRecord();
        problem = IsSpf(text) ? "" : $"it does not begin with {Version}";
        if (problem.Length > 0) return false;
        foreach (string term in text[Version.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            problem = record.Take(term);
            if (problem.Length > 0) return false;
        }
        return true;
    }

    private string Take(string term)
    {
        int length = 0;
        while (length < term.Length && (char.IsAsciiLetterOrDigit(term[length]) || (length > 0 && term[length] is '-' or '_' or '.')))
            length++;
        bool modifier = length > 0 && length < term.Length && term[length] == '=' && char.IsAsciiLetter(term[0]);
        return modifier ? TakeModifier(term[..length].ToLowerInvariant(), term[(length + 1)..], term) : TakeDirective(term);
    }

    private string TakeModifier(string name, string value, string term)
    {
        if (name is not ("redirect" or "exp"))
            return SpfMacro.IsMacroString(value) ? "" : Bad(term, "has characters or a macro that cannot be");
        if (!SpfMacro.IsDomainSpec(value)) return Bad(term, "does not name a domain");
        if ((name == "exp" ? Explanation : Redirect).Length > 0) return Bad(term, "comes twice");
        if (name == "exp") Explanation = value;
        else Redirect = value;
        return "";
    }

    private string TakeDirective(string term)
    {
        SpfResult result =
            term[0] switch { '-' => SpfResult.Fail, '~' => SpfResult.SoftFail, '?' => SpfResult.Neutral, _ => SpfResult.Pass };
        string text = term[0] is '+' or '-' or '~' or '?' ? term[1..] : term;
        int end = text.AsSpan().IndexOfAny(':', '/');
        string word = end < 0 ? text : text[..end], rest = end < 0 ? "" : text[end..];
        int index = Array.FindIndex(s_mechanisms, m => m.Word.Equals(word, StringComparison.OrdinalIgnoreCase));
        if (index < 0) return Bad(term, "is not an SPF mechanism");
        SpfMechanism mechanism = s_mechanisms[index].Mechanism;
        return mechanism switch
        {
            SpfMechanism.All when rest.Length > 0 => Bad(term, "takes no argument"),
            SpfMechanism.All => Add(new(result, mechanism, "", null, 32, 128, term)),
            SpfMechanism.Ip4 or SpfMechanism.Ip6 => TakeNetwork(result, mechanism, rest, term),
            _ => TakeDomain(result, mechanism, rest, term),
        };
    }

    private string Add(SpfTerm term)
    {
        _terms.Add(term);
        return "";
    }

    private string TakeNetwork(SpfResult result, SpfMechanism mechanism, string rest, string term)
    {
        bool four = mechanism == SpfMechanism.Ip4;
        int slash = rest.IndexOf('/'), prefix = four ? 32 : 128;
        string address = rest.Length == 0 || rest[0] != ':' ? "" : slash < 0 ? rest[1..] : rest[1..slash];
        if (slash >= 0 && !TryPrefix(rest[(slash + 1)..], prefix, out prefix))
            return Bad(term, $"has an invalid prefix length (0 to {(four ? 32 : 128)})");
        if (!(four ? HostName.TryParseIPv4(address, out IPAddress network) : HostName.TryParseIPv6(address, out network)))
            return Bad(term, $"does not name an IPv{(four ? 4 : 6)} address");
        return Add(new(result, mechanism, "", network, four ? prefix : 32, four ? 128 : prefix, term));
    }

    private string TakeDomain(SpfResult result, SpfMechanism mechanism, string rest, string term)
    {
        int four = 32, six = 128;
        if (mechanism is SpfMechanism.A or SpfMechanism.Mx)
        {
            Match cidr = DualCidr().Match(rest);
            if (cidr.Groups[1].Success && !TryPrefix(cidr.Groups[1].Value, 32, out four))
                return Bad(term, "has an invalid prefix length (0 to 32)");
            if (cidr.Groups[2].Success && !TryPrefix(cidr.Groups[2].Value, 128, out six))
                return Bad(term, "has an invalid prefix length (0 to 128)");
            rest = rest[..cidr.Index];
        }
        bool needed = mechanism is SpfMechanism.Include or SpfMechanism.Exists;
        if (rest.Length == 0 && needed) return Bad(term, "must name a domain");
        if (rest.Length > 0 && (rest[0] != ':' || !SpfMacro.IsDomainSpec(rest[1..]))) return Bad(term, "does not name a domain");
        return Add(new(result, mechanism, rest.Length > 0 ? rest[1..] : "", null, four, six, term));
    }

    // What stands at the end and looks like one: a slash may be part of a macro as well.
    [GeneratedRegex(@"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex DualCidr();

    private static bool TryPrefix(string text, int max, out int prefix) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= max
        && (text.Length == 1 || text[0] != '0');

    private static string Bad(string term, string what) => $"\"{TagList.Shown(term)}\" {what}";
}

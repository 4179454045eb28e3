using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace MtaSuite.Common.Authentication;

/// <summary>What macros stand for in one check.</summary>
/// <param name="Sender">The envelope sender, "postmaster@helo" where that was empty.</param>
/// <param name="Receiver">The name of the host that checks, for explanations.</param>
public sealed record SpfFacts(IPAddress Client, string Sender, string Helo, string Receiver = "unknown");

/// <summary>
/// Macros in SPF records. RFC 7208 7.1:
/// <code>
/// domain-spec  = macro-string domain-end          domain-end = ( "." toplabel [ "." ] ) / macro-expand
/// macro-string = *( macro-expand / %x21-24 / %x26-7E )
/// macro-expand = "%{" letter *DIGIT ["r"] *delimiter "}" / "%%" / "%_" / "%-"
/// letter       = s l o d i p h v (c r t only in explanations)    delimiter = . - + , / _ =
/// toplabel     = letters, digits and inner hyphens, not digits alone      the number is not 0 (7.3)
/// explain-string = *( macro-string / SP )
/// </code>
/// </summary>
public static partial class SpfMacro
{
    private const int MaxLength = 512;
    private const string Tail = @"(?:0*[1-9][0-9]*)?r?[-.+,/_=]*\}|%%|%_|%-)", Macro = @"(?:%\{[slodiphv]" + Tail,
        AnyMacro = @"(?:%\{[slodiphvcrt]" + Tail;
    private const string Text = $"(?:{Macro}|[!-$&-~])";
    private const string TopLabel = "(?:[0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])";

    [GeneratedRegex($@"\A(?:{AnyMacro}|[!-$&-~])*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MacroString();

    [GeneratedRegex($@"\A(?:{AnyMacro}|[ -$&-~])+\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExplainString();

    [GeneratedRegex($@"\A{Text}*(?:{Macro}|\.{TopLabel}\.?)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DomainSpec();

    public static bool IsMacroString(string text) => MacroString().IsMatch(text);

    /// <param name="text">Longer ones than any name with macros are none.</param>
    public static bool IsDomainSpec(string text) => text.Length <= MaxLength && DomainSpec().IsMatch(text);

    /// <summary>A text that explains a refusal; none of them has more than ASCII.</summary>
    public static bool IsExplanation(string text) => ExplainString().IsMatch(text);

    /// <summary>%{p} is in it: <see cref="SpfClientNames"/> must be asked.</summary>
    public static bool NeedsClientName(string spec) => spec.Contains("%{p", StringComparison.OrdinalIgnoreCase);

    /// <summary>A domain-spec with its macros filled in; cut from the left to 253 characters, as the RFC says.</summary>
    /// <param name="domain">The domain whose record this is.</param>
    /// <param name="clientName">The client's validated name, for %{p}.</param>
    public static string ExpandDomain(string spec, string domain, SpfFacts facts, string clientName = "unknown")
    {
        string name = Expand(spec, domain, facts, clientName).TrimEnd('.');
        while (name.Length > 253 && name.IndexOf('.') is >= 0 and var dot) name = name[(dot + 1)..];
        return name;
    }

    /// <summary>An explanation with its macros filled in.</summary>
    public static string Expand(string text, string domain, SpfFacts facts, string clientName)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }
            char kind = text[++i];
            int close = kind == '{' ? text.IndexOf('}', i) : i;
            result.Append(kind switch
            {
                '{' => Replacement(text[(i + 1)..close], domain, facts, clientName),
                '%' => "%",
                '_' => " ",
                _ => "%20"
            });
            i = close;
        }
        return result.ToString();
    }

    private static string Value(char letter, string domain, SpfFacts facts, string clientName)
    {
        int at = facts.Sender.LastIndexOf('@');
        return char.ToLowerInvariant(letter) switch
        {
            's' => facts.Sender,
            'l' => at < 0 ? "postmaster" : facts.Sender[..at],
            'o' => facts.Sender[(at + 1)..],
            'd' => domain,
            'i' => Dotted(facts.Client),
            'c' => facts.Client.ToString(),
            'h' => facts.Helo,
            'r' => facts.Receiver,
            'v' => facts.Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
            't' => DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            _ => clientName,
        };
    }

    /// <summary>IPv6 as nibbles apart by dots.</summary>
    private static string Dotted(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.ToString()
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).ToCharArray());

    /// <summary>What stands in place of a macro.</summary>
    /// <param name="macro">What is between the braces: letter *DIGIT ["r"] *delimiter.</param>
    private static string Replacement(string macro, string domain, SpfFacts facts, string clientName)
    {
        int digits = 1;
        while (digits < macro.Length && char.IsAsciiDigit(macro[digits])) digits++;
        bool reverse = digits < macro.Length && macro[digits] is 'r' or 'R';
        string delimiters = macro[(digits + (reverse ? 1 : 0))..];
        string[] parts = Value(macro[0], domain, facts, clientName).Split((delimiters.Length > 0 ? delimiters : ".").ToCharArray());
        if (reverse) Array.Reverse(parts);
        // more digits than any number has: all parts
        if (digits is > 1 and < 10 && int.Parse(macro.AsSpan(1, digits - 1), CultureInfo.InvariantCulture) is > 0 and var count
            && count < parts.Length) parts = parts[^count..];
        string result = string.Join('.', parts);
        return char.IsAsciiLetterUpper(macro[0]) ? Uri.EscapeDataString(result) : result;
    }
}

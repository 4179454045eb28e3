using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>
/// One destination as a transport table or relayhost names it:
/// <code>
/// nexthop = [ "inet:" ] ( host / "[" host "]" ) [ ":" [ service ] ]  /  "unix:" path
/// </code>
/// Brackets around the host mean: no MX records, its own addresses. Without brackets the last colon ends the host, so that an IPv6 address
/// needs them, or a service behind it.
/// </summary>
/// <param name="Host">A host, a domain, or an address; empty for a socket's path.</param>
/// <param name="Service">A port or its name; empty: the default.</param>
/// <param name="UseMx">The host is a domain whose mail exchangers are asked.</param>
/// <param name="UnixPath">A socket in the file system; relative to the queue directory.</param>
public readonly record struct Nexthop(string Host, string Service, bool UseMx, string UnixPath)
{
    private const string Tag = "IPv6:";
    private readonly string? _text;

    /// <summary>As it was written, without "inet:" or "unix:".</summary>
    public string Text { get => _text ?? UnixPath; init => _text = value; }

    /// <summary>
    /// What is wrong with the text, in a few words; null: nothing. Whether there is such a service is asked of <see cref="TcpPorts"/>.
    /// </summary>
    public string? Problem { get; private init; }

    /// <summary>The destinations of a list in their order; each separated by comma or white space.</summary>
    public static List<Nexthop> ParseList(string text, bool lmtp)
    {
        List<Nexthop> result = [];
        foreach (string item in MailConfig.SplitList(text)) result.Add(Parse(item, lmtp));
        return result;
    }

    /// <summary>Reads one destination; one that makes no sense has a <see cref="Problem"/>. LMTP never asks for mail exchangers.</summary>
    public static Nexthop Parse(string text, bool lmtp)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return new Nexthop("", "", false, text[5..]);
        if (text.StartsWith("inet:", StringComparison.Ordinal)) text = text[5..];
        Nexthop found = text.StartsWith('[') ? ParseBrackets(text) : ParsePlain(text, lmtp);
        return found with { Text = text, Problem = found.Problem ?? ProblemOf(found.Host, found.Service) };
    }

    private static Nexthop ParseBrackets(string text)
    {
        int close = text.IndexOf(']');
        if (close < 0) return new Nexthop(text[1..], "", false, "") { Problem = "no \"]\" behind the host" };
        string host = text[1..close], behind = text[(close + 1)..];
        bool tagged = host.StartsWith(Tag, StringComparison.OrdinalIgnoreCase);
        if (tagged) host = host[Tag.Length..];
        string? problem = behind.Length > 0 && behind[0] != ':' ? "text behind \"]\""
            : tagged && !HostName.TryParseIPv6(host, out _) ? "no IPv6 address behind its tag" : null;
        return new Nexthop(host, behind.Length > 0 ? behind[1..] : "", false, "") { Problem = problem };
    }

    private static Nexthop ParsePlain(string text, bool lmtp)
    {
        int colon = text.LastIndexOf(':');
        return colon < 0 ? new Nexthop(text, "", !lmtp, "") : new Nexthop(text[..colon], text[(colon + 1)..], !lmtp, "");
    }

    private static string? ProblemOf(string host, string service)
    {
        if (host.Length == 0) return "no host";
        if (!HostName.IsValid(host, allowUtf8: true) && !HostName.TryParseAddress(host, out _)) return "neither a host name nor an address";
        return service.Length > 0 && char.IsAsciiDigit(service[0])
            && !int.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? "text behind the port" : null;
    }
}

using MtaSuite.Common.Config;

namespace MtaSuite.Relay.Routing;

/// <summary>
/// One destination as a transport table or relayhost names it:
/// <code>
/// nexthop = [ "inet:" ] ( host / "[" host "]" ) [ ":" service ]  /  "unix:" path
/// </code>
/// Brackets around the host mean: no MX records, its own addresses.
/// </summary>
/// <param name="Host">A host, a domain, or an address; empty for a socket's path.</param>
/// <param name="Service">A port or its name; empty: the default.</param>
/// <param name="UseMx">The host is a domain whose mail exchangers are asked.</param>
/// <param name="UnixPath">A socket in the file system; relative to the queue directory.</param>
public readonly record struct Nexthop(string Host, string Service, bool UseMx, string UnixPath)
{
    private readonly string? _text;

    /// <summary>As it was written, without "inet:" or "unix:".</summary>
    public string Text { get => _text ?? UnixPath; init => _text = value; }

    /// <summary>The destinations of a list in their order; each separated by comma or white space.</summary>
    public static List<Nexthop> ParseList(string text, bool lmtp)
    {
        List<Nexthop> result = [];
        foreach (string item in MailConfig.SplitList(text)) result.Add(Parse(item, lmtp));
        return result;
    }

    /// <summary>Reads one destination. LMTP never asks for mail exchangers.</summary>
    public static Nexthop Parse(string text, bool lmtp)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return new Nexthop("", "", false, text[5..]);
        if (text.StartsWith("inet:", StringComparison.Ordinal)) text = text[5..];
        return ParseHost(text, lmtp) with { Text = text };
    }

    private static Nexthop ParseHost(string text, bool lmtp)
    {
        int close = text.StartsWith('[') ? text.IndexOf(']') : -1;
        if (close > 0)
        {
            string service = close + 1 < text.Length && text[close + 1] == ':' ? text[(close + 2)..] : "";
            return new Nexthop(WithoutTag(text[1..close]), service, false, "");
        }
        int colon = text.LastIndexOf(':');
        // several colons and no brackets: an IPv6 address
        if (colon < 0 || text.IndexOf(':') != colon) return new Nexthop(text, "", !lmtp, "");
        return new Nexthop(text[..colon], text[(colon + 1)..], !lmtp, "");
    }

    private static string WithoutTag(string host) => host.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? host[5..] : host;
}

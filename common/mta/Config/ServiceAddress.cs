using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace MtaSuite.Common.Config;

/// <summary>
/// Where a service outside the suite listens (a policy server, a milter, an authentication server), as parameters name it:
/// <code>
/// address = [ type ] host ":" port  /  type [ ":" ] port  /  ( "unix:" / "local:" ) path
/// type    = "inet:" / "inet6:"
/// </code>
/// A host is a name or an address, with or without brackets; without one it is localhost. A port is a number or a name of services(5). A
/// relative path is relative to the queue directory.
/// </summary>
/// <param name="Host">A host name or an address; empty for a socket in the file system.</param>
/// <param name="Path">A socket in the file system; empty: an internet address.</param>
/// <param name="OnlyIPv6">"inet6:": addresses of that family alone.</param>
public sealed record ServiceAddress(string Host, int Port, string Path, bool OnlyIPv6 = false)
{
    private const string Expected = "must be inet:host:port or unix:path";

    /// <summary>sun_path holds 108 bytes with its NUL.</summary>
    private const int MaxPath = 107;

    public bool IsUnix => Path.Length > 0;

    /// <summary>The words that an address may begin with.</summary>
    public static bool IsType(string word) => word is "inet" or "inet6" or "unix" or "local";

    /// <summary>Reads an address; when it is none, false and what is wrong with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ServiceAddress? address, out string problem)
    {
        int colon = text.IndexOf(':');
        string type = colon < 0 ? "" : text[..colon], rest = text[(colon + 1)..];
        if (type is "unix" or "local")
        {
            bool good = rest.Length is > 0 and <= MaxPath && !rest.Contains('\0');
            problem = good ? "" : $"a path of 1 to {MaxPath} characters must follow the colon";
            address = good ? new ServiceAddress("", 0, rest) : null;
            return good;
        }
        bool hasType = type is "inet" or "inet6";
        (string host, string port) = Split(hasType ? rest : text);
        if (host.Length == 0 && hasType) host = "localhost";
        problem = host.Length == 0 || port.Length == 0 ? Expected
            : !IsHost(host) ? $"the host is neither a name nor an address: {Expected}" : "";
        int number = 0;
        if (problem.Length == 0 && !new TcpPorts("").TryFind(port, out number)) problem = $"unknown port \"{port}\": {Expected}";
        address = problem.Length == 0 ? new ServiceAddress(host, number, "", type == "inet6") : null;
        return address != null;
    }

    /// <summary>
    /// Reads smtpd_proxy_filter:
    /// <code>
    /// filter = [ "inet:" ] [ [ host / "[" host "]" ] ":" ] port  /  "unix:" path
    /// </code>
    /// Types in any case; without a host it is localhost.
    /// </summary>
    public static bool TryParseProxyFilter(string text, [NotNullWhen(true)] out ServiceAddress? address, out string problem)
    {
        const string unix = "unix:", inet = "inet:";
        string rest = text[(text.IndexOf(':') + 1)..];
        if (text.StartsWith(unix, StringComparison.OrdinalIgnoreCase)) return TryParse(unix + rest, out address, out problem);
        bool hasType = text.StartsWith(inet, StringComparison.OrdinalIgnoreCase);
        return TryParse(inet + (hasType ? rest : text), out address, out problem);
    }

    private static (string Host, string Port) Split(string text)
    {
        int end = text.LastIndexOf(':');
        string host = end < 0 ? "" : text[..end];
        if (host is ['[', .., ']']) host = host[1..^1];
        if (host.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) host = host["IPv6:".Length..];
        return (host, text[(end + 1)..]);
    }

    private static bool IsHost(string host) =>
        !host.AsSpan().ContainsAny('[', ']', '/') && (!host.Contains(':') || IPAddress.TryParse(host, out _));
}

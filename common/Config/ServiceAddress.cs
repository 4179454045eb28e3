using System.Diagnostics.CodeAnalysis;

namespace MtaSuite.Common.Config;

/// <summary>
/// Where a service outside the suite listens, as parameters name it:
/// <code>
/// address = [ "inet:" ] ( host / "[" host "]" ) ":" port  /  "inet6:" ...  /  ( "unix:" / "local:" ) path
/// </code>
/// A port is a number or a name of services(5). A relative path is relative to the queue directory.
/// </summary>
/// <param name="Host">A host name or an address; empty for a socket in the file system.</param>
/// <param name="Port">A number or a name, as written.</param>
/// <param name="Path">A socket in the file system; empty: an internet address.</param>
public sealed record ServiceAddress(string Host, string Port, string Path)
{
    public bool IsUnix => Path.Length > 0;

    /// <summary>Reads an address; when it is none, false and what is wrong with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ServiceAddress? address, out string problem)
    {
        (address, problem) = (null, "");
        int colon = text.IndexOf(':');
        string type = colon < 0 ? "" : text[..colon], rest = text[(colon + 1)..];
        if (type is "unix" or "local")
        {
            // sun_path holds 108 bytes with its NUL
            if (rest.Length is 0 or > 107 || rest.Contains('\0')) problem = "a path of 1 to 107 characters must follow the colon";
            else address = new ServiceAddress("", "", rest);
            return address != null;
        }
        string where = type is "inet" or "inet6" ? rest : text;
        int end = where.LastIndexOf(':');
        string host = end < 0 ? "" : where[..end], port = where[(end + 1)..];
        if (host is ['[', .., ']']) host = host[1..^1];
        if (host.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) host = host["IPv6:".Length..];
        if (host.Length == 0 || port.Length == 0) problem = "must be inet:host:port or unix:path";
        else if (host.AsSpan().ContainsAny('[', ']', '/')) problem = "the host is neither a name nor an address";
        else address = new ServiceAddress(host, port, "");
        return address != null;
    }
}

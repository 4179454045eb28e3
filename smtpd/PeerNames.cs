using System.Net;

namespace MtaSuite.Smtpd;

/// <summary>
/// Names of clients as far as they are known without the DNS: /etc/hosts, read once, and "localhost" for loopback addresses.
/// Everything else is "unknown".
/// </summary>
internal sealed class PeerNames
{
    private readonly Dictionary<IPAddress, string> _names = [];
    private readonly bool _enabled;

    /// <param name="hosts">The text of /etc/hosts.</param>
    /// <param name="enabled">smtpd_peername_lookup.</param>
    public PeerNames(string hosts, bool enabled)
    {
        _enabled = enabled;
        foreach (ReadOnlySpan<char> line in hosts.AsSpan().EnumerateLines())
        {
            int comment = line.IndexOf('#');
            string[] words = (comment < 0 ? line : line[..comment]).ToString().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && IPAddress.TryParse(words[0], out IPAddress? address)) _names.TryAdd(address, words[1]);
        }
    }

    /// <summary>Reads the machine's own list; none when it cannot be read.</summary>
    public static PeerNames Load(bool enabled)
    {
        string text = "";
        try
        {
            if (enabled) text = File.ReadAllText("/etc/hosts");
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
        return new PeerNames(text, enabled);
    }

    /// <summary>The name of an address, or "unknown".</summary>
    public string Find(IPAddress address)
    {
        if (!_enabled) return ClientInfo.Unknown;
        if (_names.TryGetValue(address, out string? name)) return name;
        return IPAddress.IsLoopback(address) ? "localhost" : ClientInfo.Unknown;
    }
}

using System.Net;

namespace MtaSuite.Common.Dns;

/// <summary>What hosts(5) says: "address name alias ..." a line, and "localhost" in any case.</summary>
public sealed class HostsFile
{
    private readonly Dictionary<string, List<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<IPAddress, string> _names = [];

    public static HostsFile Parse(string text)
    {
        HostsFile hosts = new();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int comment = line.IndexOf('#');
            string[] words = (comment < 0 ? line : line[..comment]).ToString().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out IPAddress? address)) continue;
            hosts._names.TryAdd(address, words[1]);
            foreach (string name in words.Skip(1)) hosts.Add(name, address);
        }
        foreach (IPAddress loopback in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            hosts._names.TryAdd(loopback, "localhost");
            hosts.Add("localhost", loopback);
        }
        return hosts;
    }

    private void Add(string name, IPAddress address)
    {
        if (!_addresses.TryGetValue(name, out List<IPAddress>? list)) _addresses[name] = list = [];
        if (!list.Contains(address)) list.Add(address);
    }

    /// <summary>The addresses of a name, in the file's order; none when it is not there.</summary>
    public IReadOnlyList<IPAddress> Find(string name) => _addresses.TryGetValue(name.TrimEnd('.'), out List<IPAddress>? list) ? list : [];

    /// <summary>The first name of an address, or null.</summary>
    public string? Find(IPAddress address) => _names.GetValueOrDefault(address);
}

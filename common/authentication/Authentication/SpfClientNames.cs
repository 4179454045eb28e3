using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication;

/// <summary>
/// The names of a client that lead back to its address: what "ptr" and %{p} go by (RFC 7208 5.5, 7.3). The reverse name is asked for once,
/// each name once; the first ten count (4.6.4). What cannot be asked is no name.
/// </summary>
internal sealed class SpfClientNames(DnsResolver resolver, IPAddress client)
{
    private readonly Dictionary<string, bool> _validated = new(StringComparer.OrdinalIgnoreCase);
    private DnsAnswer? _answer;

    /// <summary>The records that hold addresses such as the client's.</summary>
    public DnsType AddressType { get; } = client.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.AAAA;

    /// <summary>What the reverse name has.</summary>
    public async Task<DnsAnswer> ReverseAsync() => _answer ??= await resolver.QueryReverse(client);

    /// <summary>A validated name is the domain or below it.</summary>
    public async Task<bool> IsWithinAsync(string domain)
    {
        foreach (string name in await NamesAsync())
            if (Rank(name, domain) < 2 && await IsValidatedAsync(name)) return true;
        return false;
    }

    /// <summary>
    /// RFC 7208 7.3: the domain itself where it is one of the validated names, else one below it, else any; "unknown" without one.
    /// </summary>
    public async Task<string> BestAsync(string domain)
    {
        foreach (string name in (await NamesAsync()).OrderBy(n => Rank(n, domain)))
            if (await IsValidatedAsync(name)) return name;
        return "unknown";
    }

    private async Task<IEnumerable<string>> NamesAsync() => (await ReverseAsync()).Targets.Take(SpfCheck.MaxNames);

    /// <summary>0 the domain itself, 1 below it, 2 another.</summary>
    private static int Rank(string name, string domain) =>
        name.Equals(domain, StringComparison.OrdinalIgnoreCase) ? 0 : name.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase) ? 1
        : 2;

    private async Task<bool> IsValidatedAsync(string name)
    {
        if (_validated.TryGetValue(name, out bool known)) return known;
        DnsAnswer back = await resolver.Query(name, AddressType);
        return _validated[name] = back.Addresses.Contains(client);
    }
}

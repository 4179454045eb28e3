using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Which domains end on this machine: mydestination, and literals of the addresses in inet_interfaces and proxy_interfaces.
/// </summary>
public sealed class LocalDomains : IDisposable
{
    private readonly MatchList _destinations;
    private readonly HashSet<IPAddress> _addresses;

    public LocalDomains(MailConfig config, TableOptions? options = null)
        : this(config.Get(RewriteParams.Mydestination), [.. OwnAddresses.Of(config).Select(i => i.Address), .. ProxyAddresses(config)],
        options)
    {
    }

    /// <param name="destinations">The value of mydestination.</param>
    /// <param name="addresses">The addresses whose literals are local.</param>
    public LocalDomains(string destinations, IEnumerable<IPAddress> addresses, TableOptions? options = null)
    {
        _destinations = new MatchList(destinations, MatchStyle.Names, options: options);
        _addresses = [.. addresses];
    }

    public IReadOnlyList<string> Problems => _destinations.Problems;

    /// <summary>A domain, or a literal with its brackets. One trailing dot does not matter.</summary>
    public ValueTask<MatchResult> MatchAsync(ReadOnlySpan<char> domain)
    {
        if (domain.IsEmpty) return new(MatchResult.No);
        if (domain[^1] == '.') domain = domain[..^1];
        if (domain.IsEmpty || domain[^1] == '.') return new(MatchResult.No);
        ValueTask<MatchResult> listed = _destinations.MatchAsync(domain);
        bool isOwn = domain[0] == '[' && HostName.TryParseLiteral(domain, out IPAddress address) && _addresses.Contains(Plain(address));
        return isOwn ? OrYesAsync(listed) : listed;
    }

    private static async ValueTask<MatchResult> OrYesAsync(ValueTask<MatchResult> listed) =>
        await listed is var match and not MatchResult.No ? match : MatchResult.Yes;

    public void Dispose() => _destinations.Dispose();

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IEnumerable<IPAddress> ProxyAddresses(MailConfig config)
    {
        foreach (string item in config.GetList(CommonParams.ProxyInterfaces))
        {
            string bare = item.StartsWith('[') && item.EndsWith(']') ? item[1..^1] : item;
            if (HostName.TryParseAddress(bare, out IPAddress address)) yield return address;
            else
                foreach (IPAddress resolved in config.Host.Resolve(bare)) yield return resolved;
        }
    }
}

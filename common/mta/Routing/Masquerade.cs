using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Hides hosts below a domain: masquerade_domains, but not for the users in masquerade_exceptions. The first domain in the list that is, or
/// is a parent of, an address's domain decides; with "!" before it the address stays.
/// </summary>
public sealed class Masquerade(string domains, MatchList exceptions)
{
    private readonly (string Domain, bool Keep)[] _domains =
        [.. ConfigList.Split(domains).Select(d => (Domain: d.TrimStart('!'), Bangs: d.Length - d.TrimStart('!').Length))
            .Where(d => d.Domain.Length > 0).Select(d => (d.Domain.ToLowerInvariant(), (d.Bangs & 1) == 1))];

    public bool IsEmpty => _domains.Length == 0;

    /// <summary>Rewrites an address in either form (the domain is the same in both). The same string when it stays.</summary>
    /// <returns>Null when masquerade_exceptions could not be asked.</returns>
    public async ValueTask<string?> ApplyAsync(string address)
    {
        int at = address.LastIndexOf('@');
        if (at < 0 || IsEmpty) return address;
        MatchResult exempt = exceptions.IsEmpty ? MatchResult.No : await exceptions.MatchAsync(Address.Unquote822(address[..at]));
        if (exempt != MatchResult.No) return exempt == MatchResult.Yes ? address : null;
        return WithoutHost(address, at);
    }

    private string WithoutHost(string address, int at)
    {
        ReadOnlySpan<char> domain = address.AsSpan(at + 1);
        foreach ((string parent, bool keep) in _domains)
        {
            if (domain.Equals(parent, StringComparison.OrdinalIgnoreCase)) return address;
            if (domain.Length <= parent.Length || domain[domain.Length - parent.Length - 1] != '.'
                || !domain.EndsWith(parent, StringComparison.OrdinalIgnoreCase)) continue;
            return keep ? address : string.Concat(address.AsSpan(0, at + 1), parent);
        }
        return address;
    }
}

using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Authentication.Dmarc;

/// <summary>
/// The domains of a message's authors: those of all addresses in all of its From fields (RFC 5322 3.6.2 wants one field; RFC 7489 6.6.1
/// and RFC 9989 leave to the receiver what becomes of other messages: here the domains of all of them are looked at).
/// </summary>
public sealed record AuthorDomains
{
    /// <summary>More domains than anybody writes as; the others are not looked at, and the message cannot pass.</summary>
    public const int MaxDomains = 8;

    /// <summary>In ASCII and lower case, each once, in their order.</summary>
    public IReadOnlyList<string> Domains { get; private init; } = [];

    /// <summary>Why no single domain stands for the message; empty: nothing is odd.</summary>
    public string Problem { get; private init; } = "";

    /// <summary>The first author's address that has a domain, in internal form; empty: there is none.</summary>
    public string FirstAddress { get; private init; } = "";

    /// <summary>Reads the values of the From fields.</summary>
    public static AuthorDomains Of(IEnumerable<ReadOnlyMemory<byte>> fromValues)
    {
        List<string> addresses = [], domains = [];
        int fields = 0, bad = 0;
        foreach (ReadOnlyMemory<byte> value in fromValues)
        {
            fields++;
            bad += HeaderAddresses.Extract(value.Span, addresses);
        }
        foreach (string address in addresses)
        {
            if (DomainOf(address) is not { } domain) bad++;
            else if (!domains.Contains(domain)) domains.Add(domain);
        }
        string problem = fields == 0 ? "no From field" : fields > 1 ? $"{fields} From fields"
            : domains.Count == 0 ? "no address in From" : bad > 0 ? "an address in From has no domain"
            : domains.Count > MaxDomains ? $"{domains.Count} domains in From" : "";
        return new AuthorDomains
        {
            Domains = domains.Count > MaxDomains ? domains[..MaxDomains] : domains,
            Problem = problem,
            FirstAddress = addresses.Find(a => DomainOf(a) != null) ?? "",
        };
    }

    /// <summary>The domain of an address as the DNS knows it; null: it has none.</summary>
    public static string? DomainOf(string address)
    {
        int at = address.LastIndexOf('@');
        if (at < 0 || DomainName.ToAscii(address[(at + 1)..].TrimEnd('.')) is not { } name) return null;
        return HostName.IsValid(name) ? name.ToLowerInvariant() : null;
    }
}

using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// transport_maps. Keys in this order: user+ext@domain, user@domain, domain, its parents (".example.com", or "example.com" when
/// parent_domain_matches_subdomains has transport_maps), "*".
/// </summary>
public sealed class TransportTable(Maps maps, AddressLookup lookup, bool parentsMatch)
{
    private readonly FindBy _by = FindBy.Full | FindBy.NoExtension | FindBy.Domain | (parentsMatch ? FindBy.Parents : FindBy.DotParents);

    /// <summary>What the table says of a recipient, for <see cref="Update"/>.</summary>
    public async ValueTask<LookupResult> FindAsync(string recipient)
    {
        if (maps.IsEmpty) return LookupResult.NotFound;
        LookupResult result = (await lookup.FindAsync(maps, recipient, _by)).Result;
        return result.IsNotFound ? await maps.LookupAsync("*") : result;
    }

    /// <summary>
    /// value = [transport] ":" [nexthop] / transport. No transport: it stays, and so does the nexthop unless one is given. A transport
    /// without a nexthop: the recipient's domain, whatever main.cf says.
    /// </summary>
    internal static void Update(string value, string domain, ref string transport, ref string nexthop)
    {
        (string newTransport, string newNexthop) = Split(value);
        if (newTransport.Length > 0)
        {
            transport = newTransport;
            nexthop = newTransport is Route.ErrorTransport or Route.RetryTransport ? "Address is undeliverable" : domain;
        }
        if (newNexthop.Length > 0) nexthop = newNexthop;
    }

    /// <summary>Splits "transport:nexthop" at the first colon; the nexthop is empty when there is none.</summary>
    public static (string Transport, string Nexthop) Split(string value) =>
        value.IndexOf(':') is var colon and >= 0 ? (value[..colon], value[(colon + 1)..]) : (value, "");
}

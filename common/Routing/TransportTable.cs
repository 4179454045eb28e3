using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// transport_maps. Keys in this order: user+ext@domain, user@domain, domain, its parents (".example.com", or "example.com" when
/// parent_domain_matches_subdomains has transport_maps), "*".
/// </summary>
public sealed class TransportTable(Maps maps, AddressLookup lookup, bool parentsMatch)
{
    private readonly FindBy _by = FindBy.Full | FindBy.NoExtension | FindBy.Domain | (parentsMatch ? FindBy.Parents : FindBy.DotParents);

    /// <summary>Changes transport and nexthop by what the table says of the recipient.</summary>
    /// <returns>Empty, or what went wrong.</returns>
    public string Apply(string recipient, string domain, ref string transport, ref string nexthop)
    {
        if (maps.IsEmpty) return "";
        LookupResult result = lookup.Find(maps, recipient, _by).Result;
        if (result.IsNotFound) result = maps.Lookup("*");
        if (result.IsError) return result.ErrorText;
        if (result.IsFound) Update(result.Value, domain, ref transport, ref nexthop);
        return "";
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

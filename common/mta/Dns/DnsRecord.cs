using System.Net;

namespace MtaSuite.Common.Dns;

/// <summary>
/// One resource record. Names are ASCII without a final dot, as the server wrote them; the root is "". Bytes that no host name has are
/// shown as \DDD.
/// </summary>
public abstract record DnsRecord(string Name, DnsType Type, TimeSpan Ttl);

/// <summary>A and AAAA.</summary>
public sealed record AddressRecord(string Name, DnsType Type, TimeSpan Ttl, IPAddress Address) : DnsRecord(Name, Type, Ttl);

/// <summary>MX (RFC 1035 3.3.9). An <see cref="Exchange"/> of "" is the root: a null MX (RFC 7505).</summary>
public sealed record MxRecord(string Name, TimeSpan Ttl, int Preference, string Exchange) : DnsRecord(Name, DnsType.MX, Ttl);

/// <summary>PTR, CNAME or NS: a name.</summary>
public sealed record NameRecord(string Name, DnsType Type, TimeSpan Ttl, string Target) : DnsRecord(Name, Type, Ttl);

/// <summary>TXT (RFC 1035 3.3.14): the character-strings joined, as bytes.</summary>
public sealed record TextRecord(string Name, TimeSpan Ttl, ReadOnlyMemory<byte> Text) : DnsRecord(Name, DnsType.TXT, Ttl)
{
    /// <summary>The text with a blank for each byte that cannot be printed.</summary>
    public string Printable => ReplyFilter.Printable(Text.Span);
}

/// <summary>SRV (RFC 2782). A <see cref="Target"/> of "" is the root: the service is not there.</summary>
public sealed record SrvRecord(string Name, TimeSpan Ttl, int Priority, int Weight, int Port, string Target)
    : DnsRecord(Name, DnsType.SRV, Ttl);

/// <summary>TLSA (RFC 6698 2.1).</summary>
public sealed record TlsaRecord(string Name, TimeSpan Ttl, byte Usage, byte Selector, byte MatchingType, ReadOnlyMemory<byte> Data)
    : DnsRecord(Name, DnsType.TLSA, Ttl);

/// <summary>SOA (RFC 1035 3.3.13): what of it bounds how long a negative answer may be kept.</summary>
public sealed record SoaRecord(string Name, TimeSpan Ttl, TimeSpan Minimum) : DnsRecord(Name, DnsType.SOA, Ttl);

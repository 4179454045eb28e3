namespace MtaSuite.Common.Dns;

/// <summary>Types of resource records (IANA DNS parameters); the values are those on the wire.</summary>
public enum DnsType : ushort
{
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
    TLSA = 52,
}

/// <summary>What became of a question.</summary>
public enum DnsStatus : byte
{
    /// <summary>At least one record of the type asked for.</summary>
    Found,
    /// <summary>The name exists and has no such record.</summary>
    NoData,
    /// <summary>The name does not exist (NXDOMAIN), or cannot: it is no domain name.</summary>
    NameError,
    /// <summary>No usable answer now: time-out, SERVFAIL, malformed answer. Ask again later.</summary>
    TemporaryFailure,
    /// <summary>The server will not answer this: REFUSED, NOTIMP, FORMERR. Not worth a retry as such.</summary>
    Failed,
    /// <summary>Records came whose content cannot be used, such as malformed host names.</summary>
    Invalid,
    /// <summary>A filter (smtp_dns_reply_filter) left no record, or could not be asked.</summary>
    Filtered,
}

/// <summary>How a name is asked for.</summary>
[Flags]
public enum DnsQueryFlags : byte
{
    None = 0,
    /// <summary>Request validation, and use the resolver's AD bit.</summary>
    Dnssec = 1,
    /// <summary>A name without a dot gets the local domain (RES_DEFNAMES).</summary>
    DefaultDomain = 2,
    /// <summary>Names are tried in the domains of resolv.conf's search list (RES_DNSRCH).</summary>
    Search = 4,
    /// <summary>The reply filter is not asked.</summary>
    Unfiltered = 8,
}

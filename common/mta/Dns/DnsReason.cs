namespace MtaSuite.Common.Dns;

/// <summary>Texts for failures, worded as in Postfix.</summary>
public static class DnsReason
{
    public const string NotFound = "Host not found";
    public const string TryAgain = "Host not found, try again";
    public const string NoData = "Host found but no data record of requested type";
    public const string Failed = "Non-recoverable error";

    /// <summary>The last part alone.</summary>
    public static string Short(DnsStatus status) => status switch
    {
        DnsStatus.NameError => NotFound,
        DnsStatus.NoData => NoData,
        DnsStatus.Filtered => "DNS reply filter policy",
        DnsStatus.TemporaryFailure => TryAgain,
        _ => Failed,
    };

    /// <summary>The whole sentence.</summary>
    public static string For(string name, DnsType type, string what) =>
        $"Host or domain name not found. Name service error for name={name} type={type}: {what}";

    /// <summary>An answer that cannot be understood.</summary>
    public static string Malformed(string name, DnsType type) =>
        $"Name service error for name={name} type={type}: Malformed or unexpected name server reply";

    /// <summary>RFC 7505.</summary>
    public static string NullMx(string domain) => $"Domain {domain} does not accept mail (nullMX)";

    public static string NullSrv(string domain) => $"Domain {domain} does not support SRV requests";

    public static string InvalidName(string name) => $"Name service error for {name}: invalid host or domain name";

    public static string Loop(string name) => $"Name server loop for {name}";
}

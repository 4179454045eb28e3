namespace MtaSuite.Common.Config.Params;

/// <summary>The words that several parameters take, separated by bars.</summary>
public static class WordLists
{
    /// <summary>Properties of SASL mechanisms.</summary>
    public const string SaslSecurity = "noplaintext|noactive|nodictionary|noanonymous|forward_secrecy|mutual_auth";

    /// <summary>Security levels of TLS; empty: what older parameters say.</summary>
    public const string TlsLevels = "|none|may|encrypt|fingerprint|verify|secure|dane|dane-only";

    /// <summary>What a restriction does that cannot be judged for now.</summary>
    public const string TempfailActions = "defer_if_permit|defer";

    /// <summary>Which addresses of a server come first.</summary>
    public const string AddressPreferences = "any|ipv4|ipv6";

    /// <summary>How a client uses the DNS; empty: as older parameters say.</summary>
    public const string DnsSupport = "|disabled|enabled|dnssec";

    /// <summary>Where hosts are looked up.</summary>
    public const string HostLookups = "dns|native";

    /// <summary>What a resolver may add to names.</summary>
    public const string ResolverOptions = "res_defnames|res_dnsrch";

    /// <summary>Where an address stands.</summary>
    public const string AddressPlaces = "envelope_sender|envelope_recipient|header_sender|header_recipient";

    /// <summary>How mailboxes are locked.</summary>
    public const string MailboxLocks = "dotlock|fcntl|flock";

    /// <summary>What helps against certain firewalls.</summary>
    public const string PixWorkarounds = "disable_esmtp|delay_dotcrlf";

    /// <summary>Where the name of a command or file may come from.</summary>
    public const string DeliveryPlaces = "alias|forward|include";

    /// <summary>Keywords of answers to EHLO that a list of those to leave out may name.</summary>
    public const string EhloKeywords =
        "8bitmime|auth|chunking|dsn|enhancedstatuscodes|etrn|pipelining|requiretls|silent-discard|size|smtputf8|starttls|verp|vrfy"
        + "|xclient|xforward";
}

namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of old names that are still used in the defaults of their successors.</summary>
public static class RetiredParams
{
    public static readonly TextParam AuthorizedVerpClients = new("authorized_verp_clients", "",
        doc: "Old name of smtpd_authorized_verp_clients.")
    { Legacy = true };
    public static readonly TextParam FallbackRelay = new("fallback_relay", "",
        doc: "Old name of smtp_fallback_relay.")
    { Legacy = true };
    public static readonly TextParam LmtpPerRecordDeadline = new("lmtp_per_record_deadline", "",
        doc: "Old name of lmtp_per_request_deadline.")
    { Legacy = true };
    public static readonly TextParam PostscreenBlacklistAction = new("postscreen_blacklist_action", "", effective: false,
        doc: "Old name of postscreen_denylist_action.")
    { Legacy = true };
    public static readonly TextParam PostscreenDnsblTtl = new("postscreen_dnsbl_ttl", "", effective: false,
        doc: "Old name of postscreen_dnsbl_max_ttl.")
    { Legacy = true };
    public static readonly TextParam PostscreenDnsblWhitelistThreshold = new("postscreen_dnsbl_whitelist_threshold", "", effective: false,
        doc: "Old name of postscreen_dnsbl_allowlist_threshold.")
    { Legacy = true };
    public static readonly TextParam PostscreenWhitelistInterfaces = new("postscreen_whitelist_interfaces", "", effective: false,
        doc: "Old name of postscreen_allowlist_interfaces.")
    { Legacy = true };
    public static readonly TextParam SmtpPerRecordDeadline = new("smtp_per_record_deadline", "",
        doc: "Old name of smtp_per_request_deadline.")
    { Legacy = true };
    public static readonly TextParam SmtpdClientConnectionLimitExceptions = new("smtpd_client_connection_limit_exceptions",
        "", effective: false,
        doc: "Old name of smtpd_client_event_limit_exceptions.")
    { Legacy = true };
    public static readonly TextParam SmtpdPerRecordDeadline = new("smtpd_per_record_deadline", "",
        doc: "Old name of smtpd_per_request_deadline.")
    { Legacy = true };
    public static readonly TextParam TlsproxyClientLevel = new("tlsproxy_client_level", "", effective: false,
        doc: "Old name of tlsproxy_client_security_level.")
    { Legacy = true };
    public static readonly TextParam TlsproxyClientPolicy = new("tlsproxy_client_policy", "", effective: false,
        doc: "Old name of tlsproxy_client_policy_maps.")
    { Legacy = true };
    public static readonly TextParam VirtualMaps = new("virtual_maps", "",
        doc: "Old name of virtual_alias_maps.")
    { Legacy = true };

    public static IReadOnlyList<Param> All { get; } =
    [
        AuthorizedVerpClients, FallbackRelay, LmtpPerRecordDeadline, PostscreenBlacklistAction, PostscreenDnsblTtl,
        PostscreenDnsblWhitelistThreshold, PostscreenWhitelistInterfaces, SmtpPerRecordDeadline, SmtpdClientConnectionLimitExceptions,
        SmtpdPerRecordDeadline, TlsproxyClientLevel, TlsproxyClientPolicy, VirtualMaps,
    ];
}

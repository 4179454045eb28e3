namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the gate before the SMTP server.</summary>
public static class PostscreenParams
{
    public static readonly TimeParam DnsblogReplyDelay = new("dnsblog_reply_delay", "0s", effective: false,
        doc: "Artificial delay of block list answers, for tests.");
    public static readonly TextParam DnsblogServiceName = new("dnsblog_service_name", "dnsblog", required: true, effective: false,
        doc: "Service that asks block lists in Postfix; not needed here.");
    public static readonly TextParam PostscreenAccessList = new("postscreen_access_list", "permit_mynetworks", effective: false,
        doc: "Clients that pass the gate, or are turned away, without tests.");
    public static readonly TextParam PostscreenAllowlistInterfaces = new("postscreen_allowlist_interfaces",
        "${postscreen_whitelist_interfaces?{$postscreen_whitelist_interfaces}:{static:all}}", effective: false,
        doc: "Own addresses on which new clients may pass the gate.");
    public static readonly TextParam PostscreenBareNewlineAction = new("postscreen_bare_newline_action",
        "ignore", required: true, effective: false,
        doc: "What to do with a client that ends lines with a bare line feed.");
    public static readonly BoolParam PostscreenBareNewlineEnable = new("postscreen_bare_newline_enable", "no", effective: false,
        doc: "Test for lines that end with a bare line feed.");
    public static readonly TimeParam PostscreenBareNewlineTtl = new("postscreen_bare_newline_ttl", "30d", min: "1s", effective: false,
        doc: "How long a passed bare line feed test counts.");
    public static readonly TimeParam PostscreenCacheCleanupInterval = new("postscreen_cache_cleanup_interval", "12h", effective: false,
        doc: "Time between removals of old test results.");
    public static readonly TextParam PostscreenCacheMap = new("postscreen_cache_map",
        "$default_cache_db_type:$data_directory/postscreen_cache", effective: false,
        doc: "Table that keeps the results of the gate's tests.");
    public static readonly TimeParam PostscreenCacheRetentionTime = new("postscreen_cache_retention_time",
        "7d", min: "1s", effective: false,
        doc: "How long a result is kept after it has expired.");
    public static readonly IntParam PostscreenClientConnectionCountLimit = new("postscreen_client_connection_count_limit",
        "$smtpd_client_connection_count_limit", effective: false,
        doc: "Connections of one client at the gate at once.");
    public static readonly IntParam PostscreenCommandCountLimit = new("postscreen_command_count_limit", "20", min: 1, effective: false,
        doc: "Commands in one session with the gate.");
    public static readonly TextParam PostscreenCommandFilter = new("postscreen_command_filter", "", effective: false,
        doc: "Table that rewrites commands of clients of the gate.");
    public static readonly TimeParam PostscreenCommandTimeLimit = new("postscreen_command_time_limit",
        "${stress?{10}:{300}}s", min: "1s", effective: false,
        doc: "Longest wait for a command at the gate.");
    public static readonly TextParam PostscreenDenylistAction = new("postscreen_denylist_action",
        "${postscreen_blacklist_action?{$postscreen_blacklist_action}:{ignore}}", required: true, effective: false,
        doc: "What to do with a client that the access list refuses.");
    public static readonly BoolParam PostscreenDisableVrfyCommand = new("postscreen_disable_vrfy_command",
        "$disable_vrfy_command", effective: false,
        doc: "As disable_vrfy_command, at the gate.");
    public static readonly TextParam PostscreenDiscardEhloKeywordAddressMaps = new("postscreen_discard_ehlo_keyword_address_maps",
        "$smtpd_discard_ehlo_keyword_address_maps", effective: false,
        doc: "As smtpd_discard_ehlo_keyword_address_maps, at the gate.");
    public static readonly TextParam PostscreenDiscardEhloKeywords = new("postscreen_discard_ehlo_keywords",
        "$smtpd_discard_ehlo_keywords", effective: false,
        doc: "As smtpd_discard_ehlo_keywords, at the gate.");
    public static readonly TextParam PostscreenDnsblAction = new("postscreen_dnsbl_action", "ignore", required: true, effective: false,
        doc: "What to do with a client whose block list score is too high.");
    public static readonly IntParam PostscreenDnsblAllowlistThreshold = new("postscreen_dnsbl_allowlist_threshold",
        "${postscreen_dnsbl_whitelist_threshold?{$postscreen_dnsbl_whitelist_threshold}:{0}}", effective: false,
        doc: "Block list score at or below which a client passes the other tests; 0 is never.");
    public static readonly TimeParam PostscreenDnsblMaxTtl = new("postscreen_dnsbl_max_ttl",
        "${postscreen_dnsbl_ttl?{$postscreen_dnsbl_ttl}:{1}}h", min: "1s", effective: false,
        doc: "Longest time a block list result counts.");
    public static readonly TimeParam PostscreenDnsblMinTtl = new("postscreen_dnsbl_min_ttl", "60s", min: "1s", effective: false,
        doc: "Shortest time a block list result counts.");
    public static readonly TextParam PostscreenDnsblReplyMap = new("postscreen_dnsbl_reply_map", "", effective: false,
        doc: "Table of the names shown for block lists.");
    public static readonly TextParam PostscreenDnsblSites = new("postscreen_dnsbl_sites", "", effective: false,
        doc: "Block lists and allow lists, with filters and weights.");
    public static readonly IntParam PostscreenDnsblThreshold = new("postscreen_dnsbl_threshold", "1", min: 1, effective: false,
        doc: "Block list score from which a client is refused.");
    public static readonly TimeParam PostscreenDnsblTimeout = new("postscreen_dnsbl_timeout", "10s", min: "1s", effective: false,
        doc: "Longest wait for a block list.");
    public static readonly BoolParam PostscreenEnforceTls = new("postscreen_enforce_tls", "$smtpd_enforce_tls", effective: false,
        doc: "As smtpd_enforce_tls, at the gate.");
    public static readonly RawParam PostscreenExpansionFilter = new("postscreen_expansion_filter",
        "$smtpd_expansion_filter", required: true, effective: false,
        doc: "As smtpd_expansion_filter, at the gate.");
    public static readonly TextParam PostscreenForbiddenCommands = new("postscreen_forbidden_commands",
        "$smtpd_forbidden_commands", effective: false,
        doc: "As smtpd_forbidden_commands, at the gate.");
    public static readonly TextParam PostscreenGreetAction = new("postscreen_greet_action", "ignore", required: true, effective: false,
        doc: "What to do with a client that speaks before its turn.");
    public static readonly TextParam PostscreenGreetBanner = new("postscreen_greet_banner", "$smtpd_banner", effective: false,
        doc: "Teaser shown before the real greeting; empty is none.");
    public static readonly TimeParam PostscreenGreetTtl = new("postscreen_greet_ttl", "1d", min: "1s", effective: false,
        doc: "How long a passed early talker test counts.");
    public static readonly TimeParam PostscreenGreetWait = new("postscreen_greet_wait", "${stress?{2}:{6}}s", min: "1s", effective: false,
        doc: "How long the gate waits for a client to speak before its turn.");
    public static readonly BoolParam PostscreenHeloRequired = new("postscreen_helo_required", "$smtpd_helo_required", effective: false,
        doc: "As smtpd_helo_required, at the gate.");
    public static readonly TextParam PostscreenNonSmtpCommandAction = new("postscreen_non_smtp_command_action",
        "drop", required: true, effective: false,
        doc: "What to do with a client that sends what is not SMTP.");
    public static readonly BoolParam PostscreenNonSmtpCommandEnable = new("postscreen_non_smtp_command_enable", "no", effective: false,
        doc: "Test for commands that are not SMTP.");
    public static readonly TimeParam PostscreenNonSmtpCommandTtl = new("postscreen_non_smtp_command_ttl",
        "30d", min: "1s", effective: false,
        doc: "How long a passed test for commands that are not SMTP counts.");
    public static readonly TextParam PostscreenPipeliningAction = new("postscreen_pipelining_action",
        "enforce", required: true, effective: false,
        doc: "What to do with a client that sends commands without waiting for replies.");
    public static readonly BoolParam PostscreenPipeliningEnable = new("postscreen_pipelining_enable", "no", effective: false,
        doc: "Test for commands sent without waiting for replies.");
    public static readonly TimeParam PostscreenPipeliningTtl = new("postscreen_pipelining_ttl", "30d", min: "1s", effective: false,
        doc: "How long a passed pipelining test counts.");
    public static readonly IntParam PostscreenPostQueueLimit = new("postscreen_post_queue_limit",
        "$default_process_limit", min: 5, effective: false,
        doc: "Maximum of clients that wait for an SMTP server process.");
    public static readonly IntParam PostscreenPreQueueLimit = new("postscreen_pre_queue_limit",
        "$default_process_limit", min: 10, effective: false,
        doc: "Clients waiting at the gate.");
    public static readonly RawParam PostscreenRejectFooter = new("postscreen_reject_footer", "$smtpd_reject_footer", effective: false,
        doc: "As smtpd_reject_footer, at the gate.");
    public static readonly TextParam PostscreenRejectFooterMaps = new("postscreen_reject_footer_maps",
        "$smtpd_reject_footer_maps", effective: false,
        doc: "As smtpd_reject_footer_maps, at the gate.");
    public static readonly TextParam PostscreenTlsSecurityLevel = new("postscreen_tls_security_level",
        "$smtpd_tls_security_level", effective: false,
        doc: "As smtpd_tls_security_level, at the gate.");
    public static readonly TextParam PostscreenUpstreamProxyProtocol = new("postscreen_upstream_proxy_protocol", "", effective: false,
        doc: "As smtpd_upstream_proxy_protocol, at the gate.");
    public static readonly TimeParam PostscreenUpstreamProxyTimeout = new("postscreen_upstream_proxy_timeout",
        "5s", min: "1s", effective: false,
        doc: "As smtpd_upstream_proxy_timeout, at the gate.");
    public static readonly BoolParam PostscreenUseTls = new("postscreen_use_tls", "$smtpd_use_tls", effective: false,
        doc: "As smtpd_use_tls, at the gate.");
    public static readonly TimeParam PostscreenWatchdogTimeout = new("postscreen_watchdog_timeout", "10s", min: "10s", effective: false,
        doc: "How long the gate may hang.");

    public static IReadOnlyList<Param> All { get; } =
    [
        DnsblogReplyDelay, DnsblogServiceName, PostscreenAccessList, PostscreenAllowlistInterfaces, PostscreenBareNewlineAction,
        PostscreenBareNewlineEnable, PostscreenBareNewlineTtl, PostscreenCacheCleanupInterval, PostscreenCacheMap,
        PostscreenCacheRetentionTime, PostscreenClientConnectionCountLimit, PostscreenCommandCountLimit, PostscreenCommandFilter,
        PostscreenCommandTimeLimit, PostscreenDenylistAction, PostscreenDisableVrfyCommand, PostscreenDiscardEhloKeywordAddressMaps,
        PostscreenDiscardEhloKeywords, PostscreenDnsblAction, PostscreenDnsblAllowlistThreshold, PostscreenDnsblMaxTtl,
        PostscreenDnsblMinTtl, PostscreenDnsblReplyMap, PostscreenDnsblSites, PostscreenDnsblThreshold, PostscreenDnsblTimeout,
        PostscreenEnforceTls, PostscreenExpansionFilter, PostscreenForbiddenCommands, PostscreenGreetAction, PostscreenGreetBanner,
        PostscreenGreetTtl, PostscreenGreetWait, PostscreenHeloRequired, PostscreenNonSmtpCommandAction, PostscreenNonSmtpCommandEnable,
        PostscreenNonSmtpCommandTtl, PostscreenPipeliningAction, PostscreenPipeliningEnable, PostscreenPipeliningTtl,
        PostscreenPostQueueLimit, PostscreenPreQueueLimit, PostscreenRejectFooter, PostscreenRejectFooterMaps, PostscreenTlsSecurityLevel,
        PostscreenUpstreamProxyProtocol, PostscreenUpstreamProxyTimeout, PostscreenUseTls, PostscreenWatchdogTimeout,
    ];
}

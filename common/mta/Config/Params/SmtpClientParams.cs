namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the SMTP client.</summary>
public static class SmtpClientParams
{
    public static readonly TextParam SmtpAddressPreference = new("smtp_address_preference", "any", required: true,
        words: WordLists.AddressPreferences,
        doc: "Address family tried first: any, ipv4, ipv6.");
    public static readonly TextParam SmtpAddressVerifyTarget = new("smtp_address_verify_target", "rcpt", required: true,
        doc: "Command after which a probe ends: rcpt or data.");
    public static readonly BoolParam SmtpAlwaysSendEhlo = new("smtp_always_send_ehlo", "yes",
        doc: "Send EHLO also to servers that do not mention ESMTP.");
    public static readonly BoolParam SmtpBalanceInetProtocols = new("smtp_balance_inet_protocols", "yes",
        doc: "Try both address families among the first addresses.");
    public static readonly TextParam SmtpBindAddress = new("smtp_bind_address", "",
        doc: "Own IPv4 address of outgoing connections.");
    public static readonly TextParam SmtpBindAddress6 = new("smtp_bind_address6", "",
        doc: "Own IPv6 address of outgoing connections.");
    public static readonly BoolParam SmtpBindAddressEnforce = new("smtp_bind_address_enforce", "no",
        doc: "Defer mail when that address cannot be used.");
    public static readonly TextParam SmtpBodyChecks = new("smtp_body_checks", "",
        doc: "As body_checks, for mail that is sent.");
    public static readonly BoolParam SmtpChunkingEnable = new("smtp_chunking_enable", "no",
        doc: "Send content in chunks (BDAT) to servers that offer CHUNKING.");
    public static readonly BoolParam SmtpCnameOverridesServername = new("smtp_cname_overrides_servername", "no",
        doc: "Use the name behind a CNAME as the server's name.");
    public static readonly TimeParam SmtpConnectTimeout = new("smtp_connect_timeout", "30s",
        doc: "Longest wait for a connection; 0 leaves it to the system.");
    public static readonly TextParam SmtpConnectionCacheDestinations = new("smtp_connection_cache_destinations", "",
        doc: "Destinations whose sessions are kept for further deliveries.");
    public static readonly BoolParam SmtpConnectionCacheOnDemand = new("smtp_connection_cache_on_demand", "yes",
        doc: "Keep sessions while a destination has much mail.");
    public static readonly TimeParam SmtpConnectionCacheTimeLimit = new("smtp_connection_cache_time_limit",
        "2s", min: "1s",
        doc: "How long an idle session is kept.");
    public static readonly IntParam SmtpConnectionReuseCountLimit = new("smtp_connection_reuse_count_limit", "0",
        doc: "Deliveries over one session; 0 is no limit.");
    public static readonly TimeParam SmtpConnectionReuseTimeLimit = new("smtp_connection_reuse_time_limit",
        "300s", min: "1s",
        doc: "Age at which a session is no longer used again.");
    public static readonly TimeParam SmtpDataDoneTimeout = new("smtp_data_done_timeout", "600s", min: "1s",
        doc: "Longest wait for the reply to the end of a message.");
    public static readonly TimeParam SmtpDataInitTimeout = new("smtp_data_init_timeout", "120s", min: "1s",
        doc: "Longest wait for the reply to DATA.");
    public static readonly TimeParam SmtpDataXferTimeout = new("smtp_data_xfer_timeout", "180s", min: "1s",
        doc: "Longest wait while message content is sent.");
    public static readonly BoolParam SmtpDeferIfNoMxAddressFound = new("smtp_defer_if_no_mx_address_found", "no",
        doc: "Defer mail when no mail exchanger has an address.");
    public static readonly TextParam SmtpDeliveryStatusFilter = new("smtp_delivery_status_filter",
        "$default_delivery_status_filter",
        doc: "Table that changes the status of deliveries by SMTP.");
    public static readonly TextParam SmtpDiscardEhloKeywordAddressMaps = new("smtp_discard_ehlo_keyword_address_maps", "",
        doc: "Table of EHLO keywords to ignore, by server address.");
    public static readonly TextParam SmtpDiscardEhloKeywords = new("smtp_discard_ehlo_keywords", "",
        doc: "EHLO keywords of servers to ignore.");
    public static readonly TextParam SmtpDnsReplyFilter = new("smtp_dns_reply_filter", "",
        doc: "Table that filters DNS answers.");
    public static readonly TextParam SmtpDnsResolverOptions = new("smtp_dns_resolver_options", "",
        each: WordLists.ResolverOptions,
        doc: "Options of the resolver: res_defnames, res_dnsrch.");
    public static readonly TextParam SmtpDnsSupportLevel = new("smtp_dns_support_level", "",
        words: WordLists.DnsSupport,
        doc: "Use of the DNS: disabled, enabled, dnssec.");
    public static readonly TextParam SmtpFallbackRelay = new("smtp_fallback_relay", "$fallback_relay",
        doc: "Where to send mail whose destination cannot be reached or found.");
    public static readonly TextParam SmtpGenericMaps = new("smtp_generic_maps", "",
        doc: "Tables that rewrite addresses of mail that is sent.");
    public static readonly TextParam SmtpHeaderChecks = new("smtp_header_checks", "",
        doc: "As header_checks, for mail that is sent.");
    public static readonly TextParam SmtpHeloName = new("smtp_helo_name", "$myhostname", required: true,
        doc: "Name sent with HELO and EHLO.");
    public static readonly TimeParam SmtpHeloTimeout = new("smtp_helo_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to HELO or EHLO, and for the greeting.");
    public static readonly TextParam SmtpHostLookup = new("smtp_host_lookup", "dns", required: true,
        each: WordLists.HostLookups,
        doc: "How hosts are found: dns, native.");
    public static readonly IntParam SmtpLineLengthLimit = new("smtp_line_length_limit", "998",
        doc: "Bytes of a line that is sent; longer lines are broken. 0 is no limit.");
    public static readonly BoolParam SmtpLogTlsFeatureStatus = new("smtp_log_tls_feature_status", "yes",
        doc: "Log the use of TLS features with each delivery.");
    public static readonly TimeParam SmtpMailTimeout = new("smtp_mail_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to MAIL.");
    public static readonly TextParam SmtpMimeHeaderChecks = new("smtp_mime_header_checks", "",
        doc: "As mime_header_checks, for mail that is sent.");
    public static readonly IntParam SmtpMinDataRate = new("smtp_min_data_rate", "500", min: 1,
        doc: "Least bytes a second where a time limit holds for a whole request.");
    public static readonly IntParam SmtpMxAddressLimit = new("smtp_mx_address_limit", "5",
        doc: "Addresses of mail exchangers tried for a delivery; 0 is no limit.");
    public static readonly IntParam SmtpMxSessionLimit = new("smtp_mx_session_limit", "2",
        doc: "Sessions begun for a delivery; 0 is no limit.");
    public static readonly TextParam SmtpNestedHeaderChecks = new("smtp_nested_header_checks", "",
        doc: "As nested_header_checks, for mail that is sent.");
    public static readonly BoolParam SmtpNeverSendEhlo = new("smtp_never_send_ehlo", "no", doc: "Never send EHLO.");
    public static readonly BoolParam SmtpPerRequestDeadline = new("smtp_per_request_deadline",
        "${smtp_per_record_deadline?{$smtp_per_record_deadline}:{no}}",
        doc: "Count time limits for a whole command and reply, not for each read and write.");
    public static readonly TimeParam SmtpPixWorkaroundDelayTime = new("smtp_pix_workaround_delay_time", "10s", min: "1s",
        doc: "Pause before the end of a message when working around PIX firewalls.");
    public static readonly TextParam SmtpPixWorkaroundMaps = new("smtp_pix_workaround_maps", "",
        doc: "Table of workarounds by server address.");
    public static readonly TimeParam SmtpPixWorkaroundThresholdTime = new("smtp_pix_workaround_threshold_time", "500s",
        doc: "Age of mail from which PIX firewalls are worked around.");
    public static readonly TextParam SmtpPixWorkarounds = new("smtp_pix_workarounds", "disable_esmtp,delay_dotcrlf",
        each: WordLists.PixWorkarounds,
        doc: "Workarounds for PIX firewalls: disable_esmtp, delay_dotcrlf.");
    public static readonly TimeParam SmtpQuitTimeout = new("smtp_quit_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to QUIT.");
    public static readonly BoolParam SmtpQuoteRfc821Envelope = new("smtp_quote_rfc821_envelope", "yes",
        doc: "Quote addresses in MAIL and RCPT as the standard demands.");
    public static readonly BoolParam SmtpRandomizeAddresses = new("smtp_randomize_addresses", "yes",
        doc: "Shuffle mail exchangers of the same preference.");
    public static readonly TimeParam SmtpRcptTimeout = new("smtp_rcpt_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to RCPT.");
    public static readonly TextParam SmtpReplyFilter = new("smtp_reply_filter", "",
        doc: "Table that rewrites the replies of servers.");
    public static readonly TimeParam SmtpRsetTimeout = new("smtp_rset_timeout", "20s", min: "1s",
        doc: "Longest wait for the reply to RSET.");
    public static readonly TextParam SmtpSaslAuthCacheName = new("smtp_sasl_auth_cache_name", "",
        doc: "Not empty: logins that a server refused are remembered, in memory.");
    public static readonly TimeParam SmtpSaslAuthCacheTime = new("smtp_sasl_auth_cache_time", "90d",
        doc: "How long a failed login is remembered.");
    public static readonly BoolParam SmtpSaslAuthEnable = new("smtp_sasl_auth_enable", "no", doc: "Log in to servers.");
    public static readonly BoolParam SmtpSaslAuthSoftBounce = new("smtp_sasl_auth_soft_bounce", "yes",
        doc: "Defer, instead of return, mail whose login failed.");
    public static readonly TextParam SmtpSaslMechanismFilter = new("smtp_sasl_mechanism_filter", "",
        doc: "SASL mechanisms that may be used.");
    public static readonly TextParam SmtpSaslPasswordMaps = new("smtp_sasl_password_maps", "",
        doc: "Tables of logins and passwords by server or sender.");
    public static readonly TextParam SmtpSaslPasswordResultDelimiter = new("smtp_sasl_password_result_delimiter",
        ":", required: true,
        doc: "Character between login and password in those tables.");
    public static readonly TextParam SmtpSaslPath = new("smtp_sasl_path", "", effective: false,
        doc: "What the SASL plug-in needs to know, for instance a file.");
    public static readonly TextParam SmtpSaslSecurityOptions = new("smtp_sasl_security_options",
        "noplaintext, noanonymous",
        each: WordLists.SaslSecurity,
        doc: "Properties that SASL mechanisms must have.");
    public static readonly TextParam SmtpSaslTlsSecurityOptions = new("smtp_sasl_tls_security_options",
        "$smtp_sasl_security_options",
        each: WordLists.SaslSecurity,
        doc: "As smtp_sasl_security_options, within TLS.");
    public static readonly TextParam SmtpSaslTlsVerifiedSecurityOptions = new("smtp_sasl_tls_verified_security_options",
        "$smtp_sasl_tls_security_options",
        each: WordLists.SaslSecurity,
        doc: "As smtp_sasl_security_options, within TLS with a verified server.");
    public static readonly TextParam SmtpSaslTokenMaps = new("smtp_sasl_token_maps", "",
        doc: "Tables of where bearer tokens come from, by server or sender: login:/file or login:|command.");
    public static readonly TimeParam SmtpSaslTokenLifetime = new("smtp_sasl_token_lifetime", "300s",
        doc: "How long a token that a command printed is used again.");
    public static readonly TextParam SmtpSaslType = new("smtp_sasl_type", "cyrus", required: true, effective: false,
        doc: "SASL plug-in of the client.");
    public static readonly BoolParam SmtpSendDummyMailAuth = new("smtp_send_dummy_mail_auth", "no",
        doc: "Send AUTH=<> with MAIL.");
    public static readonly BoolParam SmtpSendXforwardCommand = new("smtp_send_xforward_command", "no",
        doc: "Tell the server about the original client with XFORWARD.");
    public static readonly BoolParam SmtpSenderDependentAuthentication = new("smtp_sender_dependent_authentication", "no",
        doc: "Choose the login by the sender.");
    public static readonly BoolParam SmtpSkip5xxGreeting = new("smtp_skip_5xx_greeting", "yes",
        doc: "Try the next server when one greets with 5xx.");
    public static readonly BoolParam SmtpSkipQuitResponse = new("smtp_skip_quit_response", "yes",
        doc: "Do not wait for the reply to QUIT.");
    public static readonly TextParam SmtpTcpPort = new("smtp_tcp_port", "smtp", doc: "Port of servers.");
    public static readonly TimeParam SmtpXforwardTimeout = new("smtp_xforward_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to XFORWARD.");

    public static IReadOnlyList<Param> All { get; } =
    [
        SmtpChunkingEnable, SmtpAddressPreference, SmtpAddressVerifyTarget, SmtpAlwaysSendEhlo, SmtpBalanceInetProtocols, SmtpBindAddress,
            SmtpBindAddress6,
        SmtpBindAddressEnforce, SmtpBodyChecks, SmtpCnameOverridesServername, SmtpConnectTimeout, SmtpConnectionCacheDestinations,
        SmtpConnectionCacheOnDemand, SmtpConnectionCacheTimeLimit, SmtpConnectionReuseCountLimit, SmtpConnectionReuseTimeLimit,
        SmtpDataDoneTimeout, SmtpDataInitTimeout, SmtpDataXferTimeout, SmtpDeferIfNoMxAddressFound, SmtpDeliveryStatusFilter,
        SmtpDiscardEhloKeywordAddressMaps, SmtpDiscardEhloKeywords, SmtpDnsReplyFilter, SmtpDnsResolverOptions, SmtpDnsSupportLevel,
        SmtpFallbackRelay, SmtpGenericMaps, SmtpHeaderChecks, SmtpHeloName, SmtpHeloTimeout, SmtpHostLookup, SmtpLineLengthLimit,
        SmtpLogTlsFeatureStatus, SmtpMailTimeout, SmtpMimeHeaderChecks, SmtpMinDataRate, SmtpMxAddressLimit, SmtpMxSessionLimit,
        SmtpNestedHeaderChecks, SmtpNeverSendEhlo, SmtpPerRequestDeadline, SmtpPixWorkaroundDelayTime, SmtpPixWorkaroundMaps,
        SmtpPixWorkaroundThresholdTime, SmtpPixWorkarounds, SmtpQuitTimeout, SmtpQuoteRfc821Envelope, SmtpRandomizeAddresses,
        SmtpRcptTimeout, SmtpReplyFilter, SmtpRsetTimeout, SmtpSaslAuthCacheName, SmtpSaslAuthCacheTime, SmtpSaslAuthEnable,
        SmtpSaslAuthSoftBounce, SmtpSaslMechanismFilter, SmtpSaslPasswordMaps, SmtpSaslPasswordResultDelimiter, SmtpSaslPath,
        SmtpSaslSecurityOptions, SmtpSaslTlsSecurityOptions, SmtpSaslTlsVerifiedSecurityOptions, SmtpSaslTokenMaps, SmtpSaslTokenLifetime,
        SmtpSaslType, SmtpSendDummyMailAuth,
        SmtpSendXforwardCommand, SmtpSenderDependentAuthentication, SmtpSkip5xxGreeting, SmtpSkipQuitResponse, SmtpTcpPort,
        SmtpXforwardTimeout,
    ];
}

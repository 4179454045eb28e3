namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the SMTP client.</summary>
public static class SmtpClientParams
{
    public static readonly TextParam SmtpAddressPreference = new("smtp_address_preference", "any", required: true, effective: false,
        doc: "");
    public static readonly TextParam SmtpAddressVerifyTarget = new("smtp_address_verify_target", "rcpt", required: true, effective: false,
        doc: "");
    public static readonly BoolParam SmtpAlwaysSendEhlo = new("smtp_always_send_ehlo", "yes", effective: false, doc: "");
    public static readonly BoolParam SmtpBalanceInetProtocols = new("smtp_balance_inet_protocols", "yes", effective: false, doc: "");
    public static readonly TextParam SmtpBindAddress = new("smtp_bind_address", "", effective: false, doc: "");
    public static readonly TextParam SmtpBindAddress6 = new("smtp_bind_address6", "", effective: false, doc: "");
    public static readonly BoolParam SmtpBindAddressEnforce = new("smtp_bind_address_enforce", "no", effective: false, doc: "");
    public static readonly TextParam SmtpBodyChecks = new("smtp_body_checks", "", effective: false, doc: "");
    public static readonly BoolParam SmtpCnameOverridesServername = new("smtp_cname_overrides_servername", "no", effective: false, doc: "");
    public static readonly TimeParam SmtpConnectTimeout = new("smtp_connect_timeout", "30s", effective: false, doc: "");
    public static readonly TextParam SmtpConnectionCacheDestinations = new("smtp_connection_cache_destinations", "", effective: false,
        doc: "");
    public static readonly BoolParam SmtpConnectionCacheOnDemand = new("smtp_connection_cache_on_demand", "yes", effective: false, doc: "");
    public static readonly TimeParam SmtpConnectionCacheTimeLimit = new("smtp_connection_cache_time_limit",
        "2s", min: "1s", effective: false,
        doc: "");
    public static readonly IntParam SmtpConnectionReuseCountLimit = new("smtp_connection_reuse_count_limit", "0", effective: false,
        doc: "");
    public static readonly TimeParam SmtpConnectionReuseTimeLimit = new("smtp_connection_reuse_time_limit",
        "300s", min: "1s", effective: false,
        doc: "");
    public static readonly TimeParam SmtpDataDoneTimeout = new("smtp_data_done_timeout", "600s", min: "1s", effective: false, doc: "");
    public static readonly TimeParam SmtpDataInitTimeout = new("smtp_data_init_timeout", "120s", min: "1s", effective: false, doc: "");
    public static readonly TimeParam SmtpDataXferTimeout = new("smtp_data_xfer_timeout", "180s", min: "1s", effective: false, doc: "");
    public static readonly BoolParam SmtpDeferIfNoMxAddressFound = new("smtp_defer_if_no_mx_address_found", "no", effective: false,
        doc: "");
    public static readonly TextParam SmtpDeliveryStatusFilter = new("smtp_delivery_status_filter",
        "$default_delivery_status_filter", effective: false,
        doc: "");
    public static readonly TextParam SmtpDiscardEhloKeywordAddressMaps = new("smtp_discard_ehlo_keyword_address_maps", "", effective: false,
        doc: "");
    public static readonly TextParam SmtpDiscardEhloKeywords = new("smtp_discard_ehlo_keywords", "", effective: false, doc: "");
    public static readonly TextParam SmtpDnsReplyFilter = new("smtp_dns_reply_filter", "", effective: false, doc: "");
    public static readonly TextParam SmtpDnsResolverOptions = new("smtp_dns_resolver_options", "", effective: false, doc: "");
    public static readonly TextParam SmtpDnsSupportLevel = new("smtp_dns_support_level", "", effective: false, doc: "");
    public static readonly TextParam SmtpFallbackRelay = new("smtp_fallback_relay", "$fallback_relay", effective: false, doc: "");
    public static readonly TextParam SmtpGenericMaps = new("smtp_generic_maps", "", effective: false, doc: "");
    public static readonly TextParam SmtpHeaderChecks = new("smtp_header_checks", "", effective: false, doc: "");
    public static readonly TextParam SmtpHeloName = new("smtp_helo_name", "$myhostname", required: true, effective: false, doc: "");
    public static readonly TimeParam SmtpHeloTimeout = new("smtp_helo_timeout", "300s", min: "1s", effective: false, doc: "");
    public static readonly TextParam SmtpHostLookup = new("smtp_host_lookup", "dns", required: true, effective: false, doc: "");
    public static readonly IntParam SmtpLineLengthLimit = new("smtp_line_length_limit", "998", effective: false, doc: "");
    public static readonly BoolParam SmtpLogTlsFeatureStatus = new("smtp_log_tls_feature_status", "yes", effective: false, doc: "");
    public static readonly TimeParam SmtpMailTimeout = new("smtp_mail_timeout", "300s", min: "1s", effective: false, doc: "");
    public static readonly TextParam SmtpMimeHeaderChecks = new("smtp_mime_header_checks", "", effective: false, doc: "");
    public static readonly IntParam SmtpMinDataRate = new("smtp_min_data_rate", "500", min: 1, effective: false, doc: "");
    public static readonly IntParam SmtpMxAddressLimit = new("smtp_mx_address_limit", "5", effective: false, doc: "");
    public static readonly IntParam SmtpMxSessionLimit = new("smtp_mx_session_limit", "2", effective: false, doc: "");
    public static readonly TextParam SmtpNestedHeaderChecks = new("smtp_nested_header_checks", "", effective: false, doc: "");
    public static readonly BoolParam SmtpNeverSendEhlo = new("smtp_never_send_ehlo", "no", effective: false, doc: "");
    public static readonly BoolParam SmtpPerRequestDeadline = new("smtp_per_request_deadline",
        "${smtp_per_record_deadline?{$smtp_per_record_deadline}:{no}}", effective: false,
        doc: "");
    public static readonly TimeParam SmtpPixWorkaroundDelayTime = new("smtp_pix_workaround_delay_time", "10s", min: "1s", effective: false,
        doc: "");
    public static readonly TextParam SmtpPixWorkaroundMaps = new("smtp_pix_workaround_maps", "", effective: false, doc: "");
    public static readonly TimeParam SmtpPixWorkaroundThresholdTime = new("smtp_pix_workaround_threshold_time", "500s", effective: false,
        doc: "");
    public static readonly TextParam SmtpPixWorkarounds = new("smtp_pix_workarounds", "disable_esmtp,delay_dotcrlf", effective: false,
        doc: "");
    public static readonly TimeParam SmtpQuitTimeout = new("smtp_quit_timeout", "300s", min: "1s", effective: false, doc: "");
    public static readonly BoolParam SmtpQuoteRfc821Envelope = new("smtp_quote_rfc821_envelope", "yes", effective: false, doc: "");
    public static readonly BoolParam SmtpRandomizeAddresses = new("smtp_randomize_addresses", "yes", effective: false, doc: "");
    public static readonly TimeParam SmtpRcptTimeout = new("smtp_rcpt_timeout", "300s", min: "1s", effective: false, doc: "");
    public static readonly TextParam SmtpReplyFilter = new("smtp_reply_filter", "", effective: false, doc: "");
    public static readonly TimeParam SmtpRsetTimeout = new("smtp_rset_timeout", "20s", min: "1s", effective: false, doc: "");
    public static readonly TextParam SmtpSaslAuthCacheName = new("smtp_sasl_auth_cache_name", "", effective: false, doc: "");
    public static readonly TimeParam SmtpSaslAuthCacheTime = new("smtp_sasl_auth_cache_time", "90d", effective: false, doc: "");
    public static readonly BoolParam SmtpSaslAuthEnable = new("smtp_sasl_auth_enable", "no", effective: false, doc: "");
    public static readonly BoolParam SmtpSaslAuthSoftBounce = new("smtp_sasl_auth_soft_bounce", "yes", effective: false, doc: "");
    public static readonly TextParam SmtpSaslMechanismFilter = new("smtp_sasl_mechanism_filter", "", effective: false, doc: "");
    public static readonly TextParam SmtpSaslPasswordMaps = new("smtp_sasl_password_maps", "", effective: false, doc: "");
    public static readonly TextParam SmtpSaslPasswordResultDelimiter = new("smtp_sasl_password_result_delimiter",
        ":", required: true, effective: false,
        doc: "");
    public static readonly TextParam SmtpSaslPath = new("smtp_sasl_path", "", effective: false, doc: "");
    public static readonly TextParam SmtpSaslSecurityOptions = new("smtp_sasl_security_options",
        "noplaintext, noanonymous", effective: false,
        doc: "");
    public static readonly TextParam SmtpSaslTlsSecurityOptions = new("smtp_sasl_tls_security_options",
        "$smtp_sasl_security_options", effective: false,
        doc: "");
    public static readonly TextParam SmtpSaslTlsVerifiedSecurityOptions = new("smtp_sasl_tls_verified_security_options",
        "$smtp_sasl_tls_security_options", effective: false,
        doc: "");
    public static readonly TextParam SmtpSaslType = new("smtp_sasl_type", "cyrus", required: true, effective: false, doc: "");
    public static readonly BoolParam SmtpSendDummyMailAuth = new("smtp_send_dummy_mail_auth", "no", effective: false, doc: "");
    public static readonly BoolParam SmtpSendXforwardCommand = new("smtp_send_xforward_command", "no", effective: false, doc: "");
    public static readonly BoolParam SmtpSenderDependentAuthentication = new("smtp_sender_dependent_authentication", "no", effective: false,
        doc: "");
    public static readonly BoolParam SmtpSkip5xxGreeting = new("smtp_skip_5xx_greeting", "yes", effective: false, doc: "");
    public static readonly BoolParam SmtpSkipQuitResponse = new("smtp_skip_quit_response", "yes", effective: false, doc: "");
    public static readonly TextParam SmtpTcpPort = new("smtp_tcp_port", "smtp", effective: false, doc: "");
    public static readonly TimeParam SmtpXforwardTimeout = new("smtp_xforward_timeout", "300s", min: "1s", effective: false, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        SmtpAddressPreference, SmtpAddressVerifyTarget, SmtpAlwaysSendEhlo, SmtpBalanceInetProtocols, SmtpBindAddress, SmtpBindAddress6,
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
        SmtpSaslSecurityOptions, SmtpSaslTlsSecurityOptions, SmtpSaslTlsVerifiedSecurityOptions, SmtpSaslType, SmtpSendDummyMailAuth,
        SmtpSendXforwardCommand, SmtpSenderDependentAuthentication, SmtpSkip5xxGreeting, SmtpSkipQuitResponse, SmtpTcpPort,
        SmtpXforwardTimeout,
    ];
}

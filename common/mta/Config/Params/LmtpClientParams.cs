namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the LMTP client.</summary>
public static class LmtpClientParams
{
    public static readonly TextParam LmtpAddressPreference = new("lmtp_address_preference", "any", required: true,
        words: WordLists.AddressPreferences,
        doc: "As smtp_address_preference, for LMTP.");
    public static readonly TextParam LmtpAddressVerifyTarget = new("lmtp_address_verify_target", "rcpt", required: true,
        doc: "As smtp_address_verify_target, for LMTP.");
    public static readonly BoolParam LmtpAssumeFinal = new("lmtp_assume_final", "no",
        doc: "Report success to senders who asked for it when an LMTP server accepts mail without DSN.");
    public static readonly BoolParam LmtpBalanceInetProtocols = new("lmtp_balance_inet_protocols", "yes",
        doc: "As smtp_balance_inet_protocols, for LMTP.");
    public static readonly TextParam LmtpBindAddress = new("lmtp_bind_address", "",
        doc: "As smtp_bind_address, for LMTP.");
    public static readonly TextParam LmtpBindAddress6 = new("lmtp_bind_address6", "",
        doc: "As smtp_bind_address6, for LMTP.");
    public static readonly BoolParam LmtpBindAddressEnforce = new("lmtp_bind_address_enforce", "no",
        doc: "As smtp_bind_address_enforce, for LMTP.");
    public static readonly TextParam LmtpBodyChecks = new("lmtp_body_checks", "", doc: "As smtp_body_checks, for LMTP.");
    public static readonly BoolParam LmtpChunkingEnable = new("lmtp_chunking_enable", "no",
        doc: "As smtp_chunking_enable, for LMTP.");
    public static readonly BoolParam LmtpCnameOverridesServername = new("lmtp_cname_overrides_servername", "no",
        doc: "As smtp_cname_overrides_servername, for LMTP.");
    public static readonly TimeParam LmtpConnectTimeout = new("lmtp_connect_timeout", "0s",
        doc: "As smtp_connect_timeout, for LMTP.");
    public static readonly TextParam LmtpConnectionCacheDestinations = new("lmtp_connection_cache_destinations", "",
        doc: "As smtp_connection_cache_destinations, for LMTP.");
    public static readonly BoolParam LmtpConnectionCacheOnDemand = new("lmtp_connection_cache_on_demand", "yes",
        doc: "As smtp_connection_cache_on_demand, for LMTP.");
    public static readonly TimeParam LmtpConnectionCacheTimeLimit = new("lmtp_connection_cache_time_limit",
        "2s", min: "1s",
        doc: "As smtp_connection_cache_time_limit, for LMTP.");
    public static readonly IntParam LmtpConnectionReuseCountLimit = new("lmtp_connection_reuse_count_limit", "0",
        doc: "As smtp_connection_reuse_count_limit, for LMTP.");
    public static readonly TimeParam LmtpConnectionReuseTimeLimit = new("lmtp_connection_reuse_time_limit",
        "300s", min: "1s",
        doc: "As smtp_connection_reuse_time_limit, for LMTP.");
    public static readonly TimeParam LmtpDataDoneTimeout = new("lmtp_data_done_timeout", "600s", min: "1s",
        doc: "As smtp_data_done_timeout, for LMTP.");
    public static readonly TimeParam LmtpDataInitTimeout = new("lmtp_data_init_timeout", "120s", min: "1s",
        doc: "As smtp_data_init_timeout, for LMTP.");
    public static readonly TimeParam LmtpDataXferTimeout = new("lmtp_data_xfer_timeout", "180s", min: "1s",
        doc: "As smtp_data_xfer_timeout, for LMTP.");
    public static readonly BoolParam LmtpDeferIfNoMxAddressFound = new("lmtp_defer_if_no_mx_address_found", "no",
        doc: "As smtp_defer_if_no_mx_address_found, for LMTP.");
    public static readonly TextParam LmtpDeliveryStatusFilter = new("lmtp_delivery_status_filter",
        "$default_delivery_status_filter",
        doc: "As smtp_delivery_status_filter, for LMTP.");
    public static readonly TextParam LmtpDiscardLhloKeywordAddressMaps = new("lmtp_discard_lhlo_keyword_address_maps", "",
        doc: "Table of LHLO keywords to ignore, by server address.");
    public static readonly TextParam LmtpDiscardLhloKeywords = new("lmtp_discard_lhlo_keywords", "",
        doc: "LHLO keywords of servers to ignore.");
    public static readonly TextParam LmtpDnsReplyFilter = new("lmtp_dns_reply_filter", "",
        doc: "As smtp_dns_reply_filter, for LMTP.");
    public static readonly TextParam LmtpDnsResolverOptions = new("lmtp_dns_resolver_options", "",
        each: WordLists.ResolverOptions,
        doc: "As smtp_dns_resolver_options, for LMTP.");
    public static readonly TextParam LmtpDnsSupportLevel = new("lmtp_dns_support_level", "",
        words: WordLists.DnsSupport,
        doc: "As smtp_dns_support_level, for LMTP.");
    public static readonly BoolParam LmtpEnforceTls = new("lmtp_enforce_tls", "no",
        doc: "As smtp_enforce_tls, for LMTP.");
    public static readonly TextParam LmtpFallbackRelay = new("lmtp_fallback_relay", "",
        doc: "As smtp_fallback_relay, for LMTP.");
    public static readonly TextParam LmtpGenericMaps = new("lmtp_generic_maps", "",
        doc: "As smtp_generic_maps, for LMTP.");
    public static readonly TextParam LmtpHeaderChecks = new("lmtp_header_checks", "",
        doc: "As smtp_header_checks, for LMTP.");
    public static readonly TextParam LmtpHostLookup = new("lmtp_host_lookup", "dns", required: true,
        each: WordLists.HostLookups,
        doc: "As smtp_host_lookup, for LMTP.");
    public static readonly TextParam LmtpLhloName = new("lmtp_lhlo_name", "$myhostname", required: true,
        doc: "Name sent with LHLO.");
    public static readonly TimeParam LmtpLhloTimeout = new("lmtp_lhlo_timeout", "300s", min: "1s",
        doc: "Longest wait for the reply to LHLO, and for the greeting.");
    public static readonly IntParam LmtpLineLengthLimit = new("lmtp_line_length_limit", "998",
        doc: "As smtp_line_length_limit, for LMTP.");
    public static readonly BoolParam LmtpLogTlsFeatureStatus = new("lmtp_log_tls_feature_status", "yes",
        doc: "As smtp_log_tls_feature_status, for LMTP.");
    public static readonly TimeParam LmtpMailTimeout = new("lmtp_mail_timeout", "300s", min: "1s",
        doc: "As smtp_mail_timeout, for LMTP.");
    public static readonly TextParam LmtpMimeHeaderChecks = new("lmtp_mime_header_checks", "",
        doc: "As smtp_mime_header_checks, for LMTP.");
    public static readonly IntParam LmtpMinDataRate = new("lmtp_min_data_rate", "500", min: 1,
        doc: "As smtp_min_data_rate, for LMTP.");
    public static readonly IntParam LmtpMxAddressLimit = new("lmtp_mx_address_limit", "5",
        doc: "As smtp_mx_address_limit, for LMTP.");
    public static readonly IntParam LmtpMxSessionLimit = new("lmtp_mx_session_limit", "2",
        doc: "As smtp_mx_session_limit, for LMTP.");
    public static readonly TextParam LmtpNestedHeaderChecks = new("lmtp_nested_header_checks", "",
        doc: "As smtp_nested_header_checks, for LMTP.");
    public static readonly BoolParam LmtpPerRequestDeadline = new("lmtp_per_request_deadline",
        "${lmtp_per_record_deadline?{$lmtp_per_record_deadline}:{no}}",
        doc: "As smtp_per_request_deadline, for LMTP.");
    public static readonly TimeParam LmtpPixWorkaroundDelayTime = new("lmtp_pix_workaround_delay_time", "10s", min: "1s",
        doc: "As smtp_pix_workaround_delay_time, for LMTP.");
    public static readonly TextParam LmtpPixWorkaroundMaps = new("lmtp_pix_workaround_maps", "",
        doc: "As smtp_pix_workaround_maps, for LMTP.");
    public static readonly TimeParam LmtpPixWorkaroundThresholdTime = new("lmtp_pix_workaround_threshold_time", "500s",
        doc: "As smtp_pix_workaround_threshold_time, for LMTP.");
    public static readonly TextParam LmtpPixWorkarounds = new("lmtp_pix_workarounds", "disable_esmtp,delay_dotcrlf",
        each: WordLists.PixWorkarounds,
        doc: "As smtp_pix_workarounds, for LMTP.");
    public static readonly TimeParam LmtpQuitTimeout = new("lmtp_quit_timeout", "300s", min: "1s",
        doc: "As smtp_quit_timeout, for LMTP.");
    public static readonly BoolParam LmtpQuoteRfc821Envelope = new("lmtp_quote_rfc821_envelope", "yes",
        doc: "As smtp_quote_rfc821_envelope, for LMTP.");
    public static readonly BoolParam LmtpRandomizeAddresses = new("lmtp_randomize_addresses", "yes",
        doc: "As smtp_randomize_addresses, for LMTP.");
    public static readonly TimeParam LmtpRcptTimeout = new("lmtp_rcpt_timeout", "300s", min: "1s",
        doc: "As smtp_rcpt_timeout, for LMTP.");
    public static readonly TextParam LmtpReplyFilter = new("lmtp_reply_filter", "",
        doc: "As smtp_reply_filter, for LMTP.");
    public static readonly TextParam LmtpRequiretlsPolicy = new("lmtp_requiretls_policy", "opportunistic",
        doc: "As smtp_requiretls_policy, for LMTP.");
    public static readonly TimeParam LmtpRsetTimeout = new("lmtp_rset_timeout", "20s", min: "1s",
        doc: "As smtp_rset_timeout, for LMTP.");
    public static readonly TextParam LmtpSaslAuthCacheName = new("lmtp_sasl_auth_cache_name", "",
        doc: "As smtp_sasl_auth_cache_name, for LMTP.");
    public static readonly TimeParam LmtpSaslAuthCacheTime = new("lmtp_sasl_auth_cache_time", "90d",
        doc: "As smtp_sasl_auth_cache_time, for LMTP.");
    public static readonly BoolParam LmtpSaslAuthEnable = new("lmtp_sasl_auth_enable", "no",
        doc: "As smtp_sasl_auth_enable, for LMTP.");
    public static readonly BoolParam LmtpSaslAuthSoftBounce = new("lmtp_sasl_auth_soft_bounce", "yes",
        doc: "As smtp_sasl_auth_soft_bounce, for LMTP.");
    public static readonly TextParam LmtpSaslMechanismFilter = new("lmtp_sasl_mechanism_filter", "",
        doc: "As smtp_sasl_mechanism_filter, for LMTP.");
    public static readonly TextParam LmtpSaslPasswordMaps = new("lmtp_sasl_password_maps", "",
        doc: "As smtp_sasl_password_maps, for LMTP.");
    public static readonly TextParam LmtpSaslPasswordResultDelimiter = new("lmtp_sasl_password_result_delimiter",
        ":", required: true,
        doc: "As smtp_sasl_password_result_delimiter, for LMTP.");
    public static readonly TextParam LmtpSaslPath = new("lmtp_sasl_path", "", effective: false, doc: "As smtp_sasl_path, for LMTP.");
    public static readonly TextParam LmtpSaslSecurityOptions = new("lmtp_sasl_security_options",
        "noplaintext, noanonymous",
        each: WordLists.SaslSecurity,
        doc: "As smtp_sasl_security_options, for LMTP.");
    public static readonly TextParam LmtpSaslTlsSecurityOptions = new("lmtp_sasl_tls_security_options",
        "$lmtp_sasl_security_options",
        each: WordLists.SaslSecurity,
        doc: "As smtp_sasl_tls_security_options, for LMTP.");
    public static readonly TextParam LmtpSaslTlsVerifiedSecurityOptions = new("lmtp_sasl_tls_verified_security_options",
        "$lmtp_sasl_tls_security_options",
        each: WordLists.SaslSecurity,
        doc: "As smtp_sasl_tls_verified_security_options, for LMTP.");
    public static readonly TextParam LmtpSaslTokenMaps = new("lmtp_sasl_token_maps", "",
        doc: "As smtp_sasl_token_maps, for LMTP.");
    public static readonly TimeParam LmtpSaslTokenLifetime = new("lmtp_sasl_token_lifetime", "300s",
        doc: "As smtp_sasl_token_lifetime, for LMTP.");
    public static readonly TextParam LmtpSaslType = new("lmtp_sasl_type", "cyrus", required: true, effective: false,
        doc: "As smtp_sasl_type, for LMTP.");
    public static readonly BoolParam LmtpSendDummyMailAuth = new("lmtp_send_dummy_mail_auth", "no",
        doc: "As smtp_send_dummy_mail_auth, for LMTP.");
    public static readonly BoolParam LmtpSendXforwardCommand = new("lmtp_send_xforward_command", "no",
        doc: "As smtp_send_xforward_command, for LMTP.");
    public static readonly BoolParam LmtpSenderDependentAuthentication = new("lmtp_sender_dependent_authentication", "no",
        doc: "As smtp_sender_dependent_authentication, for LMTP.");
    public static readonly BoolParam LmtpSkip5xxGreeting = new("lmtp_skip_5xx_greeting", "yes",
        doc: "As smtp_skip_5xx_greeting, for LMTP.");
    public static readonly BoolParam LmtpSkipQuitResponse = new("lmtp_skip_quit_response", "no",
        doc: "As smtp_skip_quit_response, for LMTP.");
    public static readonly TimeParam LmtpStarttlsTimeout = new("lmtp_starttls_timeout", "300s", min: "1s",
        doc: "As smtp_starttls_timeout, for LMTP.");
    public static readonly TextParam LmtpTcpPort = new("lmtp_tcp_port", "24", doc: "As smtp_tcp_port, for LMTP.");
    public static readonly TextParam LmtpTlsCAfile = new("lmtp_tls_CAfile", "", doc: "As smtp_tls_CAfile, for LMTP.");
    public static readonly TextParam LmtpTlsCApath = new("lmtp_tls_CApath", "", doc: "As smtp_tls_CApath, for LMTP.");
    public static readonly BoolParam LmtpTlsBlockEarlyMailReply = new("lmtp_tls_block_early_mail_reply", "no", effective: false,
        doc: "As smtp_tls_block_early_mail_reply, for LMTP.");
    public static readonly TextParam LmtpTlsCertFile = new("lmtp_tls_cert_file", "",
        doc: "As smtp_tls_cert_file, for LMTP.");
    public static readonly TextParam LmtpTlsChainFiles = new("lmtp_tls_chain_files", "",
        doc: "As smtp_tls_chain_files, for LMTP.");
    public static readonly TextParam LmtpTlsCiphers = new("lmtp_tls_ciphers", "medium", required: true,
        doc: "As smtp_tls_ciphers, for LMTP.");
    public static readonly BoolParam LmtpTlsConnectionReuse = new("lmtp_tls_connection_reuse", "no", effective: false,
        doc: "As smtp_tls_connection_reuse, for LMTP.");
    public static readonly TextParam LmtpTlsDcertFile = new("lmtp_tls_dcert_file", "",
        doc: "As smtp_tls_dcert_file, for LMTP.");
    public static readonly TextParam LmtpTlsDkeyFile = new("lmtp_tls_dkey_file", "$lmtp_tls_dcert_file",
        doc: "As smtp_tls_dkey_file, for LMTP.");
    public static readonly TextParam LmtpTlsEccertFile = new("lmtp_tls_eccert_file", "",
        doc: "As smtp_tls_eccert_file, for LMTP.");
    public static readonly TextParam LmtpTlsEckeyFile = new("lmtp_tls_eckey_file", "$lmtp_tls_eccert_file",
        doc: "As smtp_tls_eckey_file, for LMTP.");
    public static readonly BoolParam LmtpTlsEnableRpk = new("lmtp_tls_enable_rpk", "no", effective: false,
        doc: "As smtp_tls_enable_rpk, for LMTP.");
    public static readonly BoolParam LmtpTlsEnforcePeername = new("lmtp_tls_enforce_peername", "yes",
        doc: "As smtp_tls_enforce_peername, for LMTP.");
    public static readonly BoolParam LmtpTlsEnforceStsMxPatterns = new("lmtp_tls_enforce_sts_mx_patterns", "yes",
        doc: "As smtp_tls_enforce_sts_mx_patterns, for LMTP.");
    public static readonly TextParam LmtpTlsExcludeCiphers = new("lmtp_tls_exclude_ciphers", "",
        doc: "As smtp_tls_exclude_ciphers, for LMTP.");
    public static readonly TextParam LmtpTlsFingerprintCertMatch = new("lmtp_tls_fingerprint_cert_match", "",
        doc: "As smtp_tls_fingerprint_cert_match, for LMTP.");
    public static readonly TextParam LmtpTlsFingerprintDigest = new("lmtp_tls_fingerprint_digest",
        "${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", required: true,
        doc: "As smtp_tls_fingerprint_digest, for LMTP.");
    public static readonly BoolParam LmtpTlsForceInsecureHostTlsaLookup = new("lmtp_tls_force_insecure_host_tlsa_lookup",
        "no",
        doc: "As smtp_tls_force_insecure_host_tlsa_lookup, for LMTP.");
    public static readonly TextParam LmtpTlsKeyFile = new("lmtp_tls_key_file", "$lmtp_tls_cert_file",
        doc: "As smtp_tls_key_file, for LMTP.");
    public static readonly TextParam LmtpTlsLoglevel = new("lmtp_tls_loglevel", "0",
        doc: "As smtp_tls_loglevel, for LMTP.");
    public static readonly TextParam LmtpTlsMandatoryCiphers = new("lmtp_tls_mandatory_ciphers", "medium", required: true,
        doc: "As smtp_tls_mandatory_ciphers, for LMTP.");
    public static readonly TextParam LmtpTlsMandatoryExcludeCiphers = new("lmtp_tls_mandatory_exclude_ciphers", "",
        doc: "As smtp_tls_mandatory_exclude_ciphers, for LMTP.");
    public static readonly TextParam LmtpTlsMandatoryProtocols = new("lmtp_tls_mandatory_protocols", ">=TLSv1",
        doc: "As smtp_tls_mandatory_protocols, for LMTP.");
    public static readonly BoolParam LmtpTlsNoteStarttlsOffer = new("lmtp_tls_note_starttls_offer", "no",
        doc: "As smtp_tls_note_starttls_offer, for LMTP.");
    public static readonly TextParam LmtpTlsPerSite = new("lmtp_tls_per_site", "", effective: false,
        doc: "As smtp_tls_per_site, for LMTP.");
    public static readonly TextParam LmtpTlsPolicyMaps = new("lmtp_tls_policy_maps", "",
        doc: "As smtp_tls_policy_maps, for LMTP.");
    public static readonly TextParam LmtpTlsProtocols = new("lmtp_tls_protocols", ">=TLSv1",
        doc: "As smtp_tls_protocols, for LMTP.");
    public static readonly IntParam LmtpTlsScertVerifydepth = new("lmtp_tls_scert_verifydepth", "9",
        doc: "As smtp_tls_scert_verifydepth, for LMTP.");
    public static readonly TextParam LmtpTlsSecureCertMatch = new("lmtp_tls_secure_cert_match", "nexthop", required: true,
        doc: "As smtp_tls_secure_cert_match, for LMTP.");
    public static readonly TextParam LmtpTlsSecurityLevel = new("lmtp_tls_security_level", "",
        words: WordLists.TlsLevels,
        doc: "As smtp_tls_security_level, for LMTP.");
    public static readonly TextParam LmtpTlsServername = new("lmtp_tls_servername", "",
        doc: "As smtp_tls_servername, for LMTP.");
    public static readonly TextParam LmtpTlsSessionCacheDatabase = new("lmtp_tls_session_cache_database", "", effective: false,
        doc: "As smtp_tls_session_cache_database, for LMTP.");
    public static readonly TimeParam LmtpTlsSessionCacheTimeout = new("lmtp_tls_session_cache_timeout",
        "3600s", max: "8640000s",
        doc: "As smtp_tls_session_cache_timeout, for LMTP.");
    public static readonly TextParam LmtpTlsTrustAnchorFile = new("lmtp_tls_trust_anchor_file", "",
        doc: "As smtp_tls_trust_anchor_file, for LMTP.");
    public static readonly TextParam LmtpTlsVerifyCertMatch = new("lmtp_tls_verify_cert_match",
        "hostname", required: true,
        doc: "As smtp_tls_verify_cert_match, for LMTP.");
    public static readonly BoolParam LmtpTlsWrappermode = new("lmtp_tls_wrappermode", "no",
        doc: "As smtp_tls_wrappermode, for LMTP.");
    public static readonly BoolParam LmtpTlsrptEnable = new("lmtp_tlsrpt_enable", "no", effective: false,
        doc: "As smtp_tlsrpt_enable, for LMTP.");
    public static readonly BoolParam LmtpTlsrptSkipReusedHandshakes = new("lmtp_tlsrpt_skip_reused_handshakes", "no", effective: false,
        doc: "As smtp_tlsrpt_skip_reused_handshakes, for LMTP.");
    public static readonly TextParam LmtpTlsrptSocketName = new("lmtp_tlsrpt_socket_name", "", effective: false,
        doc: "As smtp_tlsrpt_socket_name, for LMTP.");
    public static readonly BoolParam LmtpUseTls = new("lmtp_use_tls", "no", doc: "As smtp_use_tls, for LMTP.");
    public static readonly TimeParam LmtpXforwardTimeout = new("lmtp_xforward_timeout", "300s", min: "1s",
        doc: "As smtp_xforward_timeout, for LMTP.");

    public static IReadOnlyList<Param> All { get; } =
    [
        LmtpChunkingEnable, LmtpAddressPreference, LmtpAddressVerifyTarget, LmtpAssumeFinal, LmtpBalanceInetProtocols, LmtpBindAddress,
            LmtpBindAddress6,
        LmtpBindAddressEnforce, LmtpBodyChecks, LmtpCnameOverridesServername, LmtpConnectTimeout, LmtpConnectionCacheDestinations,
        LmtpConnectionCacheOnDemand, LmtpConnectionCacheTimeLimit, LmtpConnectionReuseCountLimit, LmtpConnectionReuseTimeLimit,
        LmtpDataDoneTimeout, LmtpDataInitTimeout, LmtpDataXferTimeout, LmtpDeferIfNoMxAddressFound, LmtpDeliveryStatusFilter,
        LmtpDiscardLhloKeywordAddressMaps, LmtpDiscardLhloKeywords, LmtpDnsReplyFilter, LmtpDnsResolverOptions, LmtpDnsSupportLevel,
        LmtpEnforceTls, LmtpFallbackRelay, LmtpGenericMaps, LmtpHeaderChecks, LmtpHostLookup, LmtpLhloName, LmtpLhloTimeout,
        LmtpLineLengthLimit, LmtpLogTlsFeatureStatus, LmtpMailTimeout, LmtpMimeHeaderChecks, LmtpMinDataRate, LmtpMxAddressLimit,
        LmtpMxSessionLimit, LmtpNestedHeaderChecks, LmtpPerRequestDeadline, LmtpPixWorkaroundDelayTime, LmtpPixWorkaroundMaps,
        LmtpPixWorkaroundThresholdTime, LmtpPixWorkarounds, LmtpQuitTimeout, LmtpQuoteRfc821Envelope, LmtpRandomizeAddresses,
        LmtpRcptTimeout, LmtpReplyFilter, LmtpRequiretlsPolicy, LmtpRsetTimeout, LmtpSaslAuthCacheName, LmtpSaslAuthCacheTime,
        LmtpSaslAuthEnable, LmtpSaslAuthSoftBounce, LmtpSaslMechanismFilter, LmtpSaslPasswordMaps, LmtpSaslPasswordResultDelimiter,
        LmtpSaslPath, LmtpSaslSecurityOptions, LmtpSaslTlsSecurityOptions, LmtpSaslTlsVerifiedSecurityOptions, LmtpSaslTokenMaps,
            LmtpSaslTokenLifetime,
        LmtpSaslType,
        LmtpSendDummyMailAuth, LmtpSendXforwardCommand, LmtpSenderDependentAuthentication, LmtpSkip5xxGreeting, LmtpSkipQuitResponse,
        LmtpStarttlsTimeout, LmtpTcpPort, LmtpTlsCAfile, LmtpTlsCApath, LmtpTlsBlockEarlyMailReply, LmtpTlsCertFile, LmtpTlsChainFiles,
        LmtpTlsCiphers, LmtpTlsConnectionReuse, LmtpTlsDcertFile, LmtpTlsDkeyFile, LmtpTlsEccertFile, LmtpTlsEckeyFile, LmtpTlsEnableRpk,
        LmtpTlsEnforcePeername, LmtpTlsEnforceStsMxPatterns, LmtpTlsExcludeCiphers, LmtpTlsFingerprintCertMatch, LmtpTlsFingerprintDigest,
        LmtpTlsForceInsecureHostTlsaLookup, LmtpTlsKeyFile, LmtpTlsLoglevel, LmtpTlsMandatoryCiphers, LmtpTlsMandatoryExcludeCiphers,
        LmtpTlsMandatoryProtocols, LmtpTlsNoteStarttlsOffer, LmtpTlsPerSite, LmtpTlsPolicyMaps, LmtpTlsProtocols, LmtpTlsScertVerifydepth,
        LmtpTlsSecureCertMatch, LmtpTlsSecurityLevel, LmtpTlsServername, LmtpTlsSessionCacheDatabase, LmtpTlsSessionCacheTimeout,
        LmtpTlsTrustAnchorFile, LmtpTlsVerifyCertMatch, LmtpTlsWrappermode, LmtpTlsrptEnable, LmtpTlsrptSkipReusedHandshakes,
        LmtpTlsrptSocketName, LmtpUseTls, LmtpXforwardTimeout,
    ];
}

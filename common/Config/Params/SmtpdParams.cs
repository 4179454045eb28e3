namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the SMTP server.</summary>
public static class SmtpdParams
{
    public static readonly IntParam AccessMapDeferCode = new("access_map_defer_code", "450", doc: "");
    public static readonly IntParam AccessMapRejectCode = new("access_map_reject_code", "554", doc: "");
    public static readonly BoolParam AllowUntrustedRouting = new("allow_untrusted_routing", "no", effective: false, doc: "");
    public static readonly TimeParam AnvilRateTimeUnit = new("anvil_rate_time_unit", "60s", min: "1s", effective: false, doc: "");
    public static readonly TimeParam AnvilStatusUpdateTime = new("anvil_status_update_time", "600s", min: "1s", effective: false, doc: "");
    public static readonly BoolParam BrokenSaslAuthClients = new("broken_sasl_auth_clients", "no", effective: false, doc: "");
    public static readonly TextParam ContentFilter = new("content_filter", "", effective: false, doc: "");
    public static readonly TextParam CyrusSaslConfigPath = new("cyrus_sasl_config_path", "", effective: false, doc: "");
    public static readonly RawParam DefaultRblReply = new("default_rbl_reply",
        "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}", required: true, effective: false,
        doc: "");
    public static readonly IntParam DeferCode = new("defer_code", "450", doc: "");
    public static readonly BoolParam DisableVrfyCommand = new("disable_vrfy_command", "no", doc: "");
    public static readonly TextParam EmptyAddressLocalLoginSenderMapsLookupKey = new("empty_address_local_login_sender_maps_lookup_key",
        "<>",
        doc: "");
    public static readonly TextParam FastFlushDomains = new("fast_flush_domains", "$relay_domains", effective: false, doc: "");
    public static readonly TimeParam FastFlushPurgeTime = new("fast_flush_purge_time", "7d", min: "1s", effective: false, doc: "");
    public static readonly TimeParam FastFlushRefreshTime = new("fast_flush_refresh_time", "12h", min: "1s", effective: false, doc: "");
    public static readonly BoolParam HelpfulWarnings = new("helpful_warnings", "yes", doc: "");
    public static readonly IntParam InvalidHostnameRejectCode = new("invalid_hostname_reject_code", "501", doc: "");
    public static readonly TextParam LocalHeaderRewriteClients = new("local_header_rewrite_clients", "permit_inet_interfaces", doc: "");
    public static readonly TextParam LocalLoginSenderMaps = new("local_login_sender_maps", "static:*", doc: "");
    public static readonly TextParam MapsRblDomains = new("maps_rbl_domains", "", effective: false, doc: "");
    public static readonly IntParam MapsRblRejectCode = new("maps_rbl_reject_code", "554", effective: false, doc: "");
    public static readonly IntParam MultiRecipientBounceRejectCode = new("multi_recipient_bounce_reject_code", "550", effective: false,
        doc: "");
    public static readonly IntParam NonFqdnRejectCode = new("non_fqdn_reject_code", "504", doc: "");
    public static readonly TextParam PermitMxBackupNetworks = new("permit_mx_backup_networks", "", effective: false, doc: "");
    public static readonly IntParam PlaintextRejectCode = new("plaintext_reject_code", "450", effective: false, doc: "");
    public static readonly TextParam RblReplyMaps = new("rbl_reply_maps", "", effective: false, doc: "");
    public static readonly TextParam ReceiveOverrideOptions = new("receive_override_options", "", effective: false, doc: "");
    public static readonly IntParam RejectCode = new("reject_code", "554", doc: "");
    public static readonly TextParam RejectTempfailAction = new("reject_tempfail_action", "defer_if_permit", required: true, doc: "");
    public static readonly IntParam RelayDomainsRejectCode = new("relay_domains_reject_code", "554", doc: "");
    public static readonly BoolParam SendCyrusSaslAuthzid = new("send_cyrus_sasl_authzid", "no", effective: false, doc: "");
    public static readonly BoolParam ShowUserUnknownTableName = new("show_user_unknown_table_name", "yes", doc: "");
    public static readonly TextParam SmtpdAuthorizedVerpClients = new("smtpd_authorized_verp_clients", "$authorized_verp_clients", doc: "");
    public static readonly TextParam SmtpdAuthorizedXclientHosts = new("smtpd_authorized_xclient_hosts", "", doc: "");
    public static readonly TextParam SmtpdAuthorizedXforwardHosts = new("smtpd_authorized_xforward_hosts", "", doc: "");
    public static readonly TextParam SmtpdBanner = new("smtpd_banner", "$myhostname ESMTP $mail_name", required: true, doc: "");
    public static readonly IntParam SmtpdClientAuthRateLimit = new("smtpd_client_auth_rate_limit", "0", effective: false, doc: "");
    public static readonly IntParam SmtpdClientConnectionCountLimit = new("smtpd_client_connection_count_limit", "50", effective: false,
        doc: "");
    public static readonly IntParam SmtpdClientConnectionRateLimit = new("smtpd_client_connection_rate_limit", "0", effective: false,
        doc: "");
    public static readonly TextParam SmtpdClientEventLimitExceptions = new("smtpd_client_event_limit_exceptions",
        "${smtpd_client_connection_limit_exceptions:$mynetworks}", effective: false,
        doc: "");
    public static readonly IntParam SmtpdClientIpv4PrefixLength = new("smtpd_client_ipv4_prefix_length", "32", max: 32, effective: false,
        doc: "");
    public static readonly IntParam SmtpdClientIpv6PrefixLength = new("smtpd_client_ipv6_prefix_length", "84", max: 128, effective: false,
        doc: "");
    public static readonly IntParam SmtpdClientMessageRateLimit = new("smtpd_client_message_rate_limit", "0", effective: false, doc: "");
    public static readonly IntParam SmtpdClientNewTlsSessionRateLimit = new("smtpd_client_new_tls_session_rate_limit",
        "0", effective: false,
        doc: "");
    public static readonly BoolParam SmtpdClientPortLogging = new("smtpd_client_port_logging", "no", doc: "");
    public static readonly IntParam SmtpdClientRecipientRateLimit = new("smtpd_client_recipient_rate_limit", "0", effective: false,
        doc: "");
    public static readonly TextParam SmtpdClientRestrictions = new("smtpd_client_restrictions", "", doc: "");
    public static readonly TextParam SmtpdCommandFilter = new("smtpd_command_filter", "", effective: false, doc: "");
    public static readonly TextParam SmtpdDataRestrictions = new("smtpd_data_restrictions", "", doc: "");
    public static readonly BoolParam SmtpdDelayOpenUntilValidRcpt = new("smtpd_delay_open_until_valid_rcpt", "yes", doc: "");
    public static readonly BoolParam SmtpdDelayReject = new("smtpd_delay_reject", "yes", doc: "");
    public static readonly TextParam SmtpdDiscardEhloKeywordAddressMaps = new("smtpd_discard_ehlo_keyword_address_maps", "", doc: "");
    public static readonly TextParam SmtpdDiscardEhloKeywords = new("smtpd_discard_ehlo_keywords", "", doc: "");
    public static readonly TextParam SmtpdDnsReplyFilter = new("smtpd_dns_reply_filter", "", effective: false, doc: "");
    public static readonly TextParam SmtpdEndOfDataRestrictions = new("smtpd_end_of_data_restrictions", "", doc: "");
    public static readonly TimeParam SmtpdErrorSleepTime = new("smtpd_error_sleep_time", "1s", doc: "");
    public static readonly TextParam SmtpdEtrnRestrictions = new("smtpd_etrn_restrictions", "", effective: false, doc: "");
    public static readonly RawParam SmtpdExpansionFilter = new("smtpd_expansion_filter",
        "\\t\\40!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", required: true, effective: false,
        doc: "");
    public static readonly TextParam SmtpdForbidBareNewline = new("smtpd_forbid_bare_newline",
        "normalize", words: "normalize|reject|note|yes|no",
        doc: "");
    public static readonly TextParam SmtpdForbidBareNewlineExclusions = new("smtpd_forbid_bare_newline_exclusions", "$mynetworks", doc: "");
    public static readonly IntParam SmtpdForbidBareNewlineRejectCode = new("smtpd_forbid_bare_newline_reject_code",
        "550", min: 500, max: 599,
        doc: "");
    public static readonly BoolParam SmtpdForbidUnauthPipelining = new("smtpd_forbid_unauth_pipelining", "yes", doc: "");
    public static readonly TextParam SmtpdForbiddenCommands = new("smtpd_forbidden_commands", "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
        doc: "");
    public static readonly IntParam SmtpdHardErrorLimit = new("smtpd_hard_error_limit", "${stress?{1}:{20}}", min: 1, doc: "");
    public static readonly BoolParam SmtpdHeloRequired = new("smtpd_helo_required", "no", doc: "");
    public static readonly TextParam SmtpdHeloRestrictions = new("smtpd_helo_restrictions", "", doc: "");
    public static readonly BoolParam SmtpdHideClientSession = new("smtpd_hide_client_session", "no", doc: "");
    public static readonly IntParam SmtpdHistoryFlushThreshold = new("smtpd_history_flush_threshold", "100", min: 1, doc: "");
    public static readonly IntParam SmtpdJunkCommandLimit = new("smtpd_junk_command_limit", "${stress?{1}:{100}}", min: 1, doc: "");
    public static readonly TextParam SmtpdLogAccessPermitActions = new("smtpd_log_access_permit_actions", "", effective: false, doc: "");
    public static readonly IntParam SmtpdMinDataRate = new("smtpd_min_data_rate", "500", min: 1, doc: "");
    public static readonly TextParam SmtpdNoopCommands = new("smtpd_noop_commands", "", doc: "");
    public static readonly TextParam SmtpdNullAccessLookupKey = new("smtpd_null_access_lookup_key", "<>", doc: "");
    public static readonly BoolParam SmtpdPeernameLookup = new("smtpd_peername_lookup", "yes", doc: "");
    public static readonly BoolParam SmtpdPerRequestDeadline = new("smtpd_per_request_deadline",
        "${smtpd_per_record_deadline?{$smtpd_per_record_deadline}:{${stress?{yes}:{no}}}}",
        doc: "");
    public static readonly TextParam SmtpdPolicyServiceDefaultAction = new("smtpd_policy_service_default_action",
        "451 4.3.5 Server configuration problem", required: true, effective: false,
        doc: "");
    public static readonly TimeParam SmtpdPolicyServiceMaxIdle = new("smtpd_policy_service_max_idle", "300s", min: "1s", effective: false,
        doc: "");
    public static readonly TimeParam SmtpdPolicyServiceMaxTtl = new("smtpd_policy_service_max_ttl", "1000s", min: "1s", effective: false,
        doc: "");
    public static readonly TextParam SmtpdPolicyServicePolicyContext = new("smtpd_policy_service_policy_context", "", effective: false,
        doc: "");
    public static readonly IntParam SmtpdPolicyServiceRequestLimit = new("smtpd_policy_service_request_limit", "0", effective: false,
        doc: "");
    public static readonly TimeParam SmtpdPolicyServiceRetryDelay = new("smtpd_policy_service_retry_delay",
        "1s", min: "1s", effective: false,
        doc: "");
    public static readonly TimeParam SmtpdPolicyServiceTimeout = new("smtpd_policy_service_timeout", "100s", min: "1s", effective: false,
        doc: "");
    public static readonly IntParam SmtpdPolicyServiceTryLimit = new("smtpd_policy_service_try_limit", "2", min: 1, effective: false,
        doc: "");
    public static readonly TextParam SmtpdProxyEhlo = new("smtpd_proxy_ehlo", "$myhostname", effective: false, doc: "");
    public static readonly TextParam SmtpdProxyFilter = new("smtpd_proxy_filter", "", effective: false, doc: "");
    public static readonly TextParam SmtpdProxyOptions = new("smtpd_proxy_options", "", effective: false, doc: "");
    public static readonly TimeParam SmtpdProxyTimeout = new("smtpd_proxy_timeout", "100s", min: "1s", effective: false, doc: "");
    public static readonly IntParam SmtpdRecipientLimit = new("smtpd_recipient_limit", "1000", min: 1, doc: "");
    public static readonly IntParam SmtpdRecipientOvershootLimit = new("smtpd_recipient_overshoot_limit", "1000", min: 1, doc: "");
    public static readonly TextParam SmtpdRecipientRestrictions = new("smtpd_recipient_restrictions", "", doc: "");
    public static readonly TextParam SmtpdRejectFilterMaps = new("smtpd_reject_filter_maps", "", effective: false, doc: "");
    public static readonly RawParam SmtpdRejectFooter = new("smtpd_reject_footer", "", effective: false, doc: "");
    public static readonly TextParam SmtpdRejectFooterMaps = new("smtpd_reject_footer_maps", "", effective: false, doc: "");
    public static readonly BoolParam SmtpdRejectUnlistedRecipient = new("smtpd_reject_unlisted_recipient", "yes", doc: "");
    public static readonly BoolParam SmtpdRejectUnlistedSender = new("smtpd_reject_unlisted_sender", "no", doc: "");
    public static readonly BoolParam SmtpdRelayBeforeRecipientRestrictions = new("smtpd_relay_before_recipient_restrictions",
        "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
        doc: "");
    public static readonly TextParam SmtpdRelayRestrictions = new("smtpd_relay_restrictions",
        "${{$compatibility_level} <level {1} ? {} : {permit_mynetworks, permit_sasl_authenticated, "
        + "defer_unauth_destination}}",
        doc: "");
    public static readonly TextParam SmtpdRestrictionClasses = new("smtpd_restriction_classes", "", doc: "");
    public static readonly BoolParam SmtpdSaslAuthEnable = new("smtpd_sasl_auth_enable", "no", effective: false, doc: "");
    public static readonly BoolParam SmtpdSaslAuthenticatedHeader = new("smtpd_sasl_authenticated_header", "no", effective: false, doc: "");
    public static readonly TextParam SmtpdSaslExceptionsNetworks = new("smtpd_sasl_exceptions_networks", "", effective: false, doc: "");
    public static readonly TextParam SmtpdSaslLocalDomain = new("smtpd_sasl_local_domain", "", effective: false, doc: "");
    public static readonly TextParam SmtpdSaslMechanismFilter = new("smtpd_sasl_mechanism_filter",
        "!external, static:rest", effective: false,
        doc: "");
    public static readonly TextParam SmtpdSaslPath = new("smtpd_sasl_path", "smtpd", required: true, effective: false, doc: "");
    public static readonly IntParam SmtpdSaslResponseLimit = new("smtpd_sasl_response_limit", "12288", min: 12288, effective: false,
        doc: "");
    public static readonly TextParam SmtpdSaslSecurityOptions = new("smtpd_sasl_security_options", "noanonymous", effective: false,
        doc: "");
    public static readonly TextParam SmtpdSaslService = new("smtpd_sasl_service", "smtp", required: true, effective: false, doc: "");
    public static readonly TextParam SmtpdSaslTlsSecurityOptions = new("smtpd_sasl_tls_security_options",
        "$smtpd_sasl_security_options", effective: false,
        doc: "");
    public static readonly TextParam SmtpdSaslType = new("smtpd_sasl_type", "cyrus", required: true, effective: false, doc: "");
    public static readonly TextParam SmtpdSenderLoginMaps = new("smtpd_sender_login_maps", "", effective: false, doc: "");
    public static readonly TextParam SmtpdSenderRestrictions = new("smtpd_sender_restrictions", "", doc: "");
    public static readonly TextParam SmtpdServiceName = new("smtpd_service_name", "smtpd", required: true, effective: false, doc: "");
    public static readonly IntParam SmtpdSoftErrorLimit = new("smtpd_soft_error_limit", "10", min: 1, doc: "");
    public static readonly TimeParam SmtpdTimeout = new("smtpd_timeout", "${stress?{10}:{300}}s", min: "1s", doc: "");
    public static readonly TextParam SmtpdUpstreamProxyProtocol = new("smtpd_upstream_proxy_protocol", "", doc: "");
    public static readonly TimeParam SmtpdUpstreamProxyTimeout = new("smtpd_upstream_proxy_timeout", "5s", min: "1s", doc: "");
    public static readonly BoolParam StrictRfc821Envelopes = new("strict_rfc821_envelopes", "no", doc: "");
    public static readonly IntParam UnknownAddressRejectCode = new("unknown_address_reject_code", "450", doc: "");
    public static readonly TextParam UnknownAddressTempfailAction = new("unknown_address_tempfail_action",
        "$reject_tempfail_action", required: true,
        doc: "");
    public static readonly IntParam UnknownClientRejectCode = new("unknown_client_reject_code", "450", doc: "");
    public static readonly TextParam UnknownHeloHostnameTempfailAction = new("unknown_helo_hostname_tempfail_action",
        "$reject_tempfail_action", required: true,
        doc: "");
    public static readonly IntParam UnknownHostnameRejectCode = new("unknown_hostname_reject_code", "450", doc: "");
    public static readonly IntParam UnknownLocalRecipientRejectCode = new("unknown_local_recipient_reject_code", "550", doc: "");
    public static readonly IntParam UnknownRelayRecipientRejectCode = new("unknown_relay_recipient_reject_code", "550", doc: "");
    public static readonly IntParam UnknownVirtualAliasRejectCode = new("unknown_virtual_alias_reject_code", "550", doc: "");
    public static readonly IntParam UnknownVirtualMailboxRejectCode = new("unknown_virtual_mailbox_reject_code", "550", doc: "");
    public static readonly IntParam UnverifiedRecipientDeferCode = new("unverified_recipient_defer_code",
        "450", min: 200, max: 499, effective: false,
        doc: "");
    public static readonly IntParam UnverifiedRecipientRejectCode = new("unverified_recipient_reject_code",
        "450", min: 200, max: 599, effective: false,
        doc: "");
    public static readonly TextParam UnverifiedRecipientRejectReason = new("unverified_recipient_reject_reason", "", effective: false,
        doc: "");
    public static readonly TextParam UnverifiedRecipientTempfailAction = new("unverified_recipient_tempfail_action",
        "$reject_tempfail_action", required: true, effective: false,
        doc: "");
    public static readonly IntParam UnverifiedSenderDeferCode = new("unverified_sender_defer_code",
        "450", min: 200, max: 499, effective: false,
        doc: "");
    public static readonly IntParam UnverifiedSenderRejectCode = new("unverified_sender_reject_code",
        "450", min: 200, max: 599, effective: false,
        doc: "");
    public static readonly TextParam UnverifiedSenderRejectReason = new("unverified_sender_reject_reason", "", effective: false, doc: "");
    public static readonly TextParam UnverifiedSenderTempfailAction = new("unverified_sender_tempfail_action",
        "$reject_tempfail_action", required: true, effective: false,
        doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AccessMapDeferCode, AccessMapRejectCode, AllowUntrustedRouting, AnvilRateTimeUnit, AnvilStatusUpdateTime, BrokenSaslAuthClients,
        ContentFilter, CyrusSaslConfigPath, DefaultRblReply, DeferCode, DisableVrfyCommand, EmptyAddressLocalLoginSenderMapsLookupKey,
        FastFlushDomains, FastFlushPurgeTime, FastFlushRefreshTime, HelpfulWarnings, InvalidHostnameRejectCode, LocalHeaderRewriteClients,
        LocalLoginSenderMaps, MapsRblDomains, MapsRblRejectCode, MultiRecipientBounceRejectCode, NonFqdnRejectCode, PermitMxBackupNetworks,
        PlaintextRejectCode, RblReplyMaps, ReceiveOverrideOptions, RejectCode, RejectTempfailAction, RelayDomainsRejectCode,
        SendCyrusSaslAuthzid, ShowUserUnknownTableName, SmtpdAuthorizedVerpClients, SmtpdAuthorizedXclientHosts,
        SmtpdAuthorizedXforwardHosts, SmtpdBanner, SmtpdClientAuthRateLimit, SmtpdClientConnectionCountLimit,
        SmtpdClientConnectionRateLimit, SmtpdClientEventLimitExceptions, SmtpdClientIpv4PrefixLength, SmtpdClientIpv6PrefixLength,
        SmtpdClientMessageRateLimit, SmtpdClientNewTlsSessionRateLimit, SmtpdClientPortLogging, SmtpdClientRecipientRateLimit,
        SmtpdClientRestrictions, SmtpdCommandFilter, SmtpdDataRestrictions, SmtpdDelayOpenUntilValidRcpt, SmtpdDelayReject,
        SmtpdDiscardEhloKeywordAddressMaps, SmtpdDiscardEhloKeywords, SmtpdDnsReplyFilter, SmtpdEndOfDataRestrictions, SmtpdErrorSleepTime,
        SmtpdEtrnRestrictions, SmtpdExpansionFilter, SmtpdForbidBareNewline, SmtpdForbidBareNewlineExclusions,
        SmtpdForbidBareNewlineRejectCode, SmtpdForbidUnauthPipelining, SmtpdForbiddenCommands, SmtpdHardErrorLimit, SmtpdHeloRequired,
        SmtpdHeloRestrictions, SmtpdHideClientSession, SmtpdHistoryFlushThreshold, SmtpdJunkCommandLimit, SmtpdLogAccessPermitActions,
        SmtpdMinDataRate, SmtpdNoopCommands, SmtpdNullAccessLookupKey, SmtpdPeernameLookup, SmtpdPerRequestDeadline,
        SmtpdPolicyServiceDefaultAction, SmtpdPolicyServiceMaxIdle, SmtpdPolicyServiceMaxTtl, SmtpdPolicyServicePolicyContext,
        SmtpdPolicyServiceRequestLimit, SmtpdPolicyServiceRetryDelay, SmtpdPolicyServiceTimeout, SmtpdPolicyServiceTryLimit, SmtpdProxyEhlo,
        SmtpdProxyFilter, SmtpdProxyOptions, SmtpdProxyTimeout, SmtpdRecipientLimit, SmtpdRecipientOvershootLimit,
        SmtpdRecipientRestrictions, SmtpdRejectFilterMaps, SmtpdRejectFooter, SmtpdRejectFooterMaps, SmtpdRejectUnlistedRecipient,
        SmtpdRejectUnlistedSender, SmtpdRelayBeforeRecipientRestrictions, SmtpdRelayRestrictions, SmtpdRestrictionClasses,
        SmtpdSaslAuthEnable, SmtpdSaslAuthenticatedHeader, SmtpdSaslExceptionsNetworks, SmtpdSaslLocalDomain, SmtpdSaslMechanismFilter,
        SmtpdSaslPath, SmtpdSaslResponseLimit, SmtpdSaslSecurityOptions, SmtpdSaslService, SmtpdSaslTlsSecurityOptions, SmtpdSaslType,
        SmtpdSenderLoginMaps, SmtpdSenderRestrictions, SmtpdServiceName, SmtpdSoftErrorLimit, SmtpdTimeout, SmtpdUpstreamProxyProtocol,
        SmtpdUpstreamProxyTimeout, StrictRfc821Envelopes, UnknownAddressRejectCode, UnknownAddressTempfailAction, UnknownClientRejectCode,
        UnknownHeloHostnameTempfailAction, UnknownHostnameRejectCode, UnknownLocalRecipientRejectCode, UnknownRelayRecipientRejectCode,
        UnknownVirtualAliasRejectCode, UnknownVirtualMailboxRejectCode, UnverifiedRecipientDeferCode, UnverifiedRecipientRejectCode,
        UnverifiedRecipientRejectReason, UnverifiedRecipientTempfailAction, UnverifiedSenderDeferCode, UnverifiedSenderRejectCode,
        UnverifiedSenderRejectReason, UnverifiedSenderTempfailAction,
    ];
}

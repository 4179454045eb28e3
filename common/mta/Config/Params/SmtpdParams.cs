namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the SMTP server.</summary>
public static class SmtpdParams
{
    public static readonly IntParam AccessMapDeferCode = IntParam.ReplyCode("access_map_defer_code", "450",
        doc: "Reply code for an access table's \"defer\" action.");
    public static readonly IntParam AccessMapRejectCode = IntParam.ReplyCode("access_map_reject_code", "554",
        doc: "Reply code for an access table's \"reject\" action.");
    public static readonly BoolParam AllowUntrustedRouting = new("allow_untrusted_routing", "no",
        doc: "Forward addresses with routing inside (user@here@there) from untrusted clients.");
    public static readonly TimeParam AnvilRateTimeUnit = new("anvil_rate_time_unit", "60s", min: "1s",
        doc: "Time over which connections and messages are counted for rate limits.");
    public static readonly TimeParam AnvilStatusUpdateTime = new("anvil_status_update_time", "600s", min: "1s",
        doc: "Time between log lines about the highest counts and rates.");
    public static readonly BoolParam BrokenSaslAuthClients = new("broken_sasl_auth_clients", "no",
        doc: "Announce AUTH a second time in the form that old clients expect.");
    public static readonly TextParam ContentFilter = new("content_filter", "",
        doc: "transport:destination that takes all mail before it is delivered.");
    public static readonly TextParam CyrusSaslConfigPath = new("cyrus_sasl_config_path", "", effective: false,
        doc: "Directories with the Cyrus SASL library's configuration.");
    public static readonly RawParam DefaultRblReply = new("default_rbl_reply",
        "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}", required: true,
        doc: "Text of the reply to a client that a block list names.");
    public static readonly IntParam DeferCode = IntParam.ReplyCode("defer_code", "450", doc: "Reply code of the restriction \"defer\".");
    public static readonly BoolParam DisableVrfyCommand = new("disable_vrfy_command", "no", doc: "Refuse VRFY.");
    public static readonly TextParam EmptyAddressLocalLoginSenderMapsLookupKey = new("empty_address_local_login_sender_maps_lookup_key",
        "<>",
        doc: "Key for the empty sender in local_login_sender_maps.");
    public static readonly TextParam FastFlushDomains = new("fast_flush_domains", "$relay_domains",
        doc: "Domains whose mail ETRN may ask for.");
    public static readonly TimeParam FastFlushPurgeTime = new("fast_flush_purge_time", "7d", min: "1s", effective: false,
        doc: "Age at which the list of a domain's waiting mail is forgotten.");
    public static readonly TimeParam FastFlushRefreshTime = new("fast_flush_refresh_time", "12h", min: "1s", effective: false,
        doc: "Time after which mail in an ETRN list is tried without a request.");
    public static readonly BoolParam HelpfulWarnings =
        new("helpful_warnings", "yes", effective: false, doc: "Warn about settings that are likely mistakes.");
    public static readonly IntParam InvalidHostnameRejectCode = IntParam.ReplyCode("invalid_hostname_reject_code", "501",
        doc: "Reply code for a malformed HELO name.");
    public static readonly TextParam LocalHeaderRewriteClients = new("local_header_rewrite_clients", "permit_inet_interfaces",
        doc: "Clients whose mail gets its headers completed.");
    public static readonly TextParam LocalLoginSenderMaps = new("local_login_sender_maps", "static:*",
        doc: "Senders each login may use with sendmail.");
    public static readonly TextParam MapsRblDomains = new("maps_rbl_domains", "", effective: false,
        doc: "Old form of block lists; use reject_rbl_client.");
    public static readonly IntParam MapsRblRejectCode = IntParam.ReplyCode("maps_rbl_reject_code", "554",
        doc: "Reply code for a client that a block list names.");
    public static readonly IntParam MultiRecipientBounceRejectCode = IntParam.ReplyCode("multi_recipient_bounce_reject_code", "550",
        doc: "Reply code for a bounce with several recipients.");
    public static readonly IntParam NonFqdnRejectCode =
        IntParam.ReplyCode("non_fqdn_reject_code", "504", doc: "Reply code for names without a domain.");
    public static readonly TextParam PermitMxBackupNetworks = new("permit_mx_backup_networks", "",
        doc: "Networks of the primary exchangers that permit_mx_backup trusts.");
    public static readonly IntParam PlaintextRejectCode = IntParam.ReplyCode("plaintext_reject_code", "450",
        doc: "Reply code of reject_plaintext_session.");
    public static readonly TextParam RblReplyMaps = new("rbl_reply_maps", "",
        doc: "Table with the reply for each block list.");
    public static readonly TextParam ReceiveOverrideOptions = new("receive_override_options", "",
        each: "no_unknown_recipient_checks|no_address_mappings|no_header_body_checks|no_milters",
        doc: "What not to do with mail that comes back from a filter.");
    public static readonly IntParam RejectCode = IntParam.ReplyCode("reject_code", "554", doc: "Reply code of the restriction \"reject\".");
    public static readonly TextParam RejectTempfailAction = new("reject_tempfail_action", "defer_if_permit", required: true,
        words: WordLists.TempfailActions,
        doc: "What to do when a restriction cannot be decided now.");
    public static readonly IntParam RelayDomainsRejectCode = IntParam.ReplyCode("relay_domains_reject_code", "554",
        doc: "Reply code for recipients in domains of others.");
    public static readonly BoolParam SendCyrusSaslAuthzid = new("send_cyrus_sasl_authzid", "no", effective: false,
        doc: "Send an authorization identity to SASL servers.");
    public static readonly BoolParam ShowUserUnknownTableName = new("show_user_unknown_table_name", "yes",
        doc: "Name the table in the reply about an unknown user.");
    public static readonly TextParam SmtpdAuthorizedVerpClients = new("smtpd_authorized_verp_clients", "$authorized_verp_clients",
        doc: "Clients that may ask for VERP senders.");
    public static readonly TextParam SmtpdAuthorizedXclientHosts = new("smtpd_authorized_xclient_hosts", "",
        doc: "Clients that may pretend to be others with XCLIENT.");
    public static readonly TextParam SmtpdAuthorizedXforwardHosts = new("smtpd_authorized_xforward_hosts", "",
        doc: "Clients that may tell about their clients with XFORWARD.");
    public static readonly TextParam SmtpdBanner = new("smtpd_banner", "$myhostname ESMTP $mail_name", required: true,
        doc: "Text of the greeting after 220; must begin with the host name.");
    public static readonly IntParam SmtpdClientAuthRateLimit = new("smtpd_client_auth_rate_limit", "0",
        doc: "Logins of one client in a unit of time; 0 is no limit.");
    public static readonly IntParam SmtpdClientConnectionCountLimit = new("smtpd_client_connection_count_limit", "50",
        doc: "Connections of one client at once; 0 is no limit.");
    public static readonly IntParam SmtpdClientConnectionRateLimit = new("smtpd_client_connection_rate_limit", "0",
        doc: "Connections of one client in a unit of time; 0 is no limit.");
    public static readonly TextParam SmtpdClientEventLimitExceptions = new("smtpd_client_event_limit_exceptions",
        "${smtpd_client_connection_limit_exceptions:$mynetworks}",
        doc: "Clients without such limits.");
    public static readonly IntParam SmtpdClientIpv4PrefixLength = new("smtpd_client_ipv4_prefix_length", "32", max: 32,
        doc: "Bits of an IPv4 address that make one client for limits.");
    public static readonly IntParam SmtpdClientIpv6PrefixLength = new("smtpd_client_ipv6_prefix_length", "84", max: 128,
        doc: "Bits of an IPv6 address that make one client for limits.");
    public static readonly IntParam SmtpdClientMessageRateLimit = new("smtpd_client_message_rate_limit", "0",
        doc: "Messages of one client in a unit of time; 0 is no limit.");
    public static readonly IntParam SmtpdClientNewTlsSessionRateLimit = new("smtpd_client_new_tls_session_rate_limit",
        "0",
        doc: "New TLS sessions of one client in a unit of time; 0 is no limit.");
    public static readonly BoolParam SmtpdClientPortLogging = new("smtpd_client_port_logging", "no", doc: "Log the port of clients.");
    public static readonly IntParam SmtpdClientRecipientRateLimit = new("smtpd_client_recipient_rate_limit", "0",
        doc: "Recipients of one client in a unit of time; 0 is no limit.");
    public static readonly TextParam SmtpdClientRestrictions = new("smtpd_client_restrictions", "",
        doc: "Restrictions evaluated when a client connects.");
    public static readonly TextParam SmtpdCommandFilter = new("smtpd_command_filter", "",
        doc: "Table that rewrites commands of clients.");
    public static readonly TextParam SmtpdDataRestrictions = new("smtpd_data_restrictions", "", doc: "Restrictions evaluated at DATA.");
    public static readonly BoolParam SmtpdDelayOpenUntilValidRcpt = new("smtpd_delay_open_until_valid_rcpt", "yes", effective: false,
        doc: "Open a queue file only for a message with a valid recipient.");
    public static readonly BoolParam SmtpdDelayReject = new("smtpd_delay_reject", "yes",
        doc: "Ask everything at the first RCPT, so that the refusal names the recipient.");
    public static readonly TextParam SmtpdDiscardEhloKeywordAddressMaps = new("smtpd_discard_ehlo_keyword_address_maps", "",
        doc: "Table of EHLO keywords not to announce, by client address.");
    public static readonly TextParam SmtpdDiscardEhloKeywords = new("smtpd_discard_ehlo_keywords", "",
        doc: "EHLO keywords not to announce.");
    public static readonly TextParam SmtpdDnsReplyFilter = new("smtpd_dns_reply_filter", "",
        doc: "Table that filters DNS answers.");
    public static readonly TextParam SmtpdEndOfDataRestrictions = new("smtpd_end_of_data_restrictions", "",
        doc: "Restrictions evaluated at the end of a message.");
    public static readonly TimeParam SmtpdErrorSleepTime = new("smtpd_error_sleep_time", "1s",
        doc: "Pause before the reply to a client with too many errors.");
    public static readonly TextParam SmtpdEtrnRestrictions = new("smtpd_etrn_restrictions", "",
        doc: "Restrictions evaluated at ETRN.");
    public static readonly RawParam SmtpdExpansionFilter = new("smtpd_expansion_filter",
        "\\t\\40!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", required: true,
        doc: "Characters allowed in values of $names in replies; others become underscores.");
    public static readonly TextParam SmtpdForbidBareNewline = new("smtpd_forbid_bare_newline",
        "normalize", words: "normalize|reject|note|yes|no",
        doc: "Line feeds without carriage return: normalize, reject, note, or no to take them as line ends.");
    public static readonly TextParam SmtpdForbidBareNewlineExclusions = new("smtpd_forbid_bare_newline_exclusions", "$mynetworks",
        doc: "Clients whose line feeds are line ends, whatever smtpd_forbid_bare_newline says: theirs may end a message too.");
    public static readonly IntParam SmtpdForbidBareNewlineRejectCode = new("smtpd_forbid_bare_newline_reject_code",
        "550", min: 500, max: 599,
        doc: "Reply code when such a line feed is refused.");
    public static readonly BoolParam SmtpdForbidUnauthPipelining = new("smtpd_forbid_unauth_pipelining", "yes",
        doc: "Disconnect clients that send ahead where SMTP does not let them.");
    public static readonly TextParam SmtpdForbiddenCommands = new("smtpd_forbidden_commands", "CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}",
        doc: "Commands after which a client is disconnected.");
    public static readonly IntParam SmtpdHardErrorLimit = new("smtpd_hard_error_limit", "${stress?{1}:{20}}", min: 1,
        doc: "Errors after which a client is disconnected.");
    public static readonly BoolParam SmtpdHeloRequired = new("smtpd_helo_required", "no", doc: "Demand HELO or EHLO before MAIL.");
    public static readonly TextParam SmtpdHeloRestrictions = new("smtpd_helo_restrictions", "",
        doc: "Restrictions evaluated at HELO and EHLO.");
    public static readonly BoolParam SmtpdHideClientSession = new("smtpd_hide_client_session", "no",
        doc: "Leave the client's session out of the Received: line.");
    public static readonly IntParam SmtpdHistoryFlushThreshold = new("smtpd_history_flush_threshold", "100", min: 1, effective: false,
        doc: "Lines of a session kept for a report to the postmaster.");
    public static readonly IntParam SmtpdJunkCommandLimit = new("smtpd_junk_command_limit", "${stress?{1}:{100}}", min: 1,
        doc: "Commands without purpose (NOOP, VRFY, RSET) after which a client is slowed down.");
    public static readonly TextParam SmtpdLogAccessPermitActions = new("smtpd_log_access_permit_actions", "",
        doc: "Permit actions to log.");
    public static readonly IntParam SmtpdMinDataRate = new("smtpd_min_data_rate", "500", min: 1,
        doc: "Least bytes a second where a time limit holds for a whole request.");
    public static readonly TextParam SmtpdNoopCommands = new("smtpd_noop_commands", "",
        doc: "Commands to answer with success and do nothing about.");
    public static readonly TextParam SmtpdNullAccessLookupKey = new("smtpd_null_access_lookup_key", "<>",
        doc: "Key for the empty sender in access tables.");
    public static readonly BoolParam SmtpdPeernameLookup = new("smtpd_peername_lookup", "yes", doc: "Look up the names of clients.");
    public static readonly BoolParam SmtpdPerRequestDeadline = new("smtpd_per_request_deadline",
        "${smtpd_per_record_deadline?{$smtpd_per_record_deadline}:{${stress?{yes}:{no}}}}",
        doc: "Count time limits for a whole command, not for each read.");
    public static readonly TextParam SmtpdPolicyServiceDefaultAction = new("smtpd_policy_service_default_action",
        "451 4.3.5 Server configuration problem", required: true,
        doc: "What to do when a policy service fails.");
    public static readonly TimeParam SmtpdPolicyServiceMaxIdle = new("smtpd_policy_service_max_idle", "300s", min: "1s",
        doc: "How long an idle connection to a policy service is kept.");
    public static readonly TimeParam SmtpdPolicyServiceMaxTtl = new("smtpd_policy_service_max_ttl", "1000s", min: "1s",
        doc: "Longest life of a connection to a policy service.");
    public static readonly TextParam SmtpdPolicyServicePolicyContext = new("smtpd_policy_service_policy_context", "",
        doc: "Text sent along to a policy service.");
    public static readonly IntParam SmtpdPolicyServiceRequestLimit = new("smtpd_policy_service_request_limit", "0",
        doc: "Requests over one connection to a policy service; 0 is no limit.");
    public static readonly TimeParam SmtpdPolicyServiceRetryDelay = new("smtpd_policy_service_retry_delay",
        "1s", min: "1s",
        doc: "Pause before a failed request to a policy service is repeated.");
    public static readonly TimeParam SmtpdPolicyServiceTimeout = new("smtpd_policy_service_timeout", "100s", min: "1s",
        doc: "Longest wait for a policy service.");
    public static readonly IntParam SmtpdPolicyServiceTryLimit = new("smtpd_policy_service_try_limit", "2", min: 1,
        doc: "How often a policy service is asked.");
    public static readonly TextParam SmtpdProxyEhlo = new("smtpd_proxy_ehlo", "$myhostname",
        doc: "Name sent with EHLO to a filter before the queue.");
    public static readonly TextParam SmtpdProxyFilter = new("smtpd_proxy_filter", "",
        doc: "host:port or unix:path of a filter that mail goes through before it is accepted; empty: none.");
    public static readonly TextParam SmtpdProxyOptions = new("smtpd_proxy_options", "", each: "speed_adjust",
        doc: "How to talk to that filter: speed_adjust asks it when the whole message is here.");
    public static readonly TimeParam SmtpdProxyTimeout = new("smtpd_proxy_timeout", "100s", min: "1s",
        doc: "Longest wait for a connection to that filter, for each reply, and for room for content.");
    public static readonly IntParam SmtpdRecipientLimit = new("smtpd_recipient_limit", "1000", min: 1, doc: "Recipients of one message.");
    public static readonly IntParam SmtpdRecipientOvershootLimit = new("smtpd_recipient_overshoot_limit", "1000", min: 1,
        doc: "Recipients beyond that limit before they count as errors.");
    public static readonly TextParam SmtpdRecipientRestrictions = new("smtpd_recipient_restrictions", "",
        doc: "Restrictions evaluated at RCPT, mostly against spam.");
    public static readonly TextParam SmtpdRejectFilterMaps = new("smtpd_reject_filter_maps", "",
        doc: "Table that rewrites refusals.");
    public static readonly RawParam SmtpdRejectFooter = new("smtpd_reject_footer", "",
        doc: "Text added to refusals, for instance whom to ask.");
    public static readonly TextParam SmtpdRejectFooterMaps = new("smtpd_reject_footer_maps", "",
        doc: "Table of such texts.");
    public static readonly BoolParam SmtpdRejectUnlistedRecipient = new("smtpd_reject_unlisted_recipient", "yes",
        doc: "Refuse unknown recipients even where no restriction says so.");
    public static readonly BoolParam SmtpdRejectUnlistedSender = new("smtpd_reject_unlisted_sender", "no",
        doc: "Refuse unknown senders of own domains even where no restriction says so.");
    public static readonly BoolParam SmtpdRelayBeforeRecipientRestrictions = new("smtpd_relay_before_recipient_restrictions",
        "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
        doc: "Ask smtpd_relay_restrictions before smtpd_recipient_restrictions.");
    public static readonly TextParam SmtpdRelayRestrictions = new("smtpd_relay_restrictions",
        "${{$compatibility_level} <level {1} ? {} : {permit_mynetworks, permit_sasl_authenticated, "
        + "defer_unauth_destination}}",
        doc: "Restrictions evaluated at RCPT that decide which clients may relay.");
    public static readonly TextParam SmtpdRestrictionClasses = new("smtpd_restriction_classes", "",
        doc: "Names of own lists of restrictions.");
    public static readonly BoolParam SmtpdSaslAuthEnable = new("smtpd_sasl_auth_enable", "no",
        doc: "Let clients log in.");
    public static readonly BoolParam SmtpdSaslAuthenticatedHeader = new("smtpd_sasl_authenticated_header", "no",
        doc: "Write the login into the Received: line.");
    public static readonly TextParam SmtpdSaslExceptionsNetworks = new("smtpd_sasl_exceptions_networks", "",
        doc: "Clients to which AUTH is not announced.");
    public static readonly TimeParam SmtpdSaslFailureDelay = new("smtpd_sasl_failure_delay", "1s",
        doc: "Delay of the answer to a failed login; doubled each time, up to sixteen times.");
    public static readonly TextParam SmtpdSaslOauthKeyFile = new("smtpd_sasl_oauth_key_file", "",
        doc: "File with the keys that sign bearer tokens: a JSON Web Key Set, or public keys in PEM.");
    public static readonly TextParam SmtpdSaslOauthIssuer = new("smtpd_sasl_oauth_issuer", "", doc: "Issuer that bearer tokens must name.");
    public static readonly TextParam SmtpdSaslOauthAudience =
        new("smtpd_sasl_oauth_audience", "", doc: "Audience that bearer tokens must name.");
    public static readonly TextParam SmtpdSaslOauthLoginClaims = new("smtpd_sasl_oauth_login_claims", "email",
        doc: "Claims of a bearer token that hold the login; the first that is there.");
    public static readonly TextParam SmtpdSaslOauthIntrospectionUrl = new("smtpd_sasl_oauth_introspection_url", "",
        doc: "URL of the server that checks bearer tokens (RFC 7662): https, or http on this machine.");
    public static readonly TextParam SmtpdSaslOauthIntrospectionSecretFile = new("smtpd_sasl_oauth_introspection_secret_file", "",
        doc: "File with \"client:secret\" for that server.");
    public static readonly TextParam SmtpdSaslOauthIntrospectionCAfile = new("smtpd_sasl_oauth_introspection_CAfile", "",
        doc: "Certificate authorities for the token server; empty: those of the system.");
    public static readonly TimeParam SmtpdSaslOauthIntrospectionTimeout = new("smtpd_sasl_oauth_introspection_timeout", "10s", min: "1s",
        doc: "Longest wait for the token server.");
    public static readonly TimeParam SmtpdSaslOauthIntrospectionCacheTime = new("smtpd_sasl_oauth_introspection_cache_time", "60s",
        doc: "How long a positive answer of the token server is cached.");
    public static readonly TextParam SmtpdSaslLocalDomain = new("smtpd_sasl_local_domain", "", doc: "Realm of logins.");
    public static readonly TextParam SmtpdSaslMechanismFilter = new("smtpd_sasl_mechanism_filter",
        "!external, static:rest",
        doc: "SASL mechanisms that are announced.");
    public static readonly TextParam SmtpdSaslPath = new("smtpd_sasl_path",
        "${{$smtpd_sasl_type} == {builtin} ? {texthash:$config_directory/passwd} : {smtpd}}", required: true,
        doc: "What the SASL plug-in needs to know, for instance a socket.");
    public static readonly IntParam SmtpdSaslResponseLimit = new("smtpd_sasl_response_limit", "12288", min: 12288,
        doc: "Bytes of a client's SASL response.");
    public static readonly TextParam SmtpdSaslSecurityOptions = new("smtpd_sasl_security_options", "noanonymous",
        each: WordLists.SaslSecurity,
        doc: "Properties that SASL mechanisms must have.");
    public static readonly TextParam SmtpdSaslService = new("smtpd_sasl_service", "smtp", required: true,
        doc: "Name of the service for SASL.");
    public static readonly TextParam SmtpdSaslTlsSecurityOptions = new("smtpd_sasl_tls_security_options",
        "$smtpd_sasl_security_options",
        each: WordLists.SaslSecurity,
        doc: "As smtpd_sasl_security_options, within TLS.");
    public static readonly TextParam SmtpdSaslType = new("smtpd_sasl_type", "builtin", required: true,
        words: "builtin|dovecot|ldap|cyrus",
        doc: "Source of logins: builtin, dovecot or ldap.");
    public static readonly TextParam SmtpdSenderLoginMaps = new("smtpd_sender_login_maps", "",
        doc: "Tables of the logins that own a sender address.");
    public static readonly TextParam SmtpdSenderRestrictions = new("smtpd_sender_restrictions", "", doc: "Restrictions evaluated at MAIL.");
    public static readonly TextParam SmtpdServiceName = new("smtpd_service_name", "smtpd", required: true, effective: false,
        doc: "Service behind postscreen.");
    public static readonly IntParam SmtpdSoftErrorLimit = new("smtpd_soft_error_limit", "10", min: 1,
        doc: "Errors from which a client is slowed down.");
    public static readonly TimeParam SmtpdTimeout = new("smtpd_timeout", "${stress?{10}:{300}}s", min: "1s",
        doc: "Longest wait for a client.");
    public static readonly TextParam SmtpdUpstreamProxyProtocol = new("smtpd_upstream_proxy_protocol", "",
        words: "|haproxy",
        doc: "Protocol of a proxy before the server: haproxy; empty is none.");
    public static readonly TimeParam SmtpdUpstreamProxyTimeout = new("smtpd_upstream_proxy_timeout", "5s", min: "1s",
        doc: "Longest wait for that proxy's line.");
    public static readonly BoolParam StrictRfc821Envelopes = new("strict_rfc821_envelopes", "no",
        doc: "Demand angle brackets around addresses and no comments in MAIL and RCPT.");
    public static readonly IntParam UnknownAddressRejectCode = IntParam.ReplyCode("unknown_address_reject_code", "450",
        doc: "Reply code for addresses whose domain does not exist.");
    public static readonly TextParam UnknownAddressTempfailAction = new("unknown_address_tempfail_action",
        "$reject_tempfail_action", required: true,
        words: WordLists.TempfailActions,
        doc: "What to do when that cannot be found out now.");
    public static readonly IntParam UnknownClientRejectCode = IntParam.ReplyCode("unknown_client_reject_code", "450",
        doc: "Reply code for clients without a name.");
    public static readonly TextParam UnknownHeloHostnameTempfailAction = new("unknown_helo_hostname_tempfail_action",
        "$reject_tempfail_action", required: true,
        words: WordLists.TempfailActions,
        doc: "What to do when a HELO name cannot be looked up now.");
    public static readonly IntParam UnknownHostnameRejectCode = IntParam.ReplyCode("unknown_hostname_reject_code", "450",
        doc: "Reply code for a HELO name that does not exist.");
    public static readonly IntParam UnknownLocalRecipientRejectCode = IntParam.ReplyCode("unknown_local_recipient_reject_code", "550",
        doc: "Reply code for unknown local recipients.");
    public static readonly IntParam UnknownRelayRecipientRejectCode = IntParam.ReplyCode("unknown_relay_recipient_reject_code", "550",
        doc: "Reply code for unknown recipients in relay_domains.");
    public static readonly IntParam UnknownVirtualAliasRejectCode = IntParam.ReplyCode("unknown_virtual_alias_reject_code", "550",
        doc: "Reply code for unknown recipients in virtual_alias_domains.");
    public static readonly IntParam UnknownVirtualMailboxRejectCode = IntParam.ReplyCode("unknown_virtual_mailbox_reject_code", "550",
        doc: "Reply code for unknown recipients in virtual_mailbox_domains.");
    public static readonly IntParam UnverifiedRecipientDeferCode = new("unverified_recipient_defer_code",
        "450", min: 250, max: 599,
        doc: "Reply code while a recipient is being probed.");
    public static readonly IntParam UnverifiedRecipientRejectCode = new("unverified_recipient_reject_code",
        "450", min: 250, max: 599,
        doc: "Reply code for a recipient whose probe failed.");
    public static readonly TextParam UnverifiedRecipientRejectReason = new("unverified_recipient_reject_reason", "",
        doc: "Text of that reply; empty: the reply to the probe.");
    public static readonly TextParam UnverifiedRecipientTempfailAction = new("unverified_recipient_tempfail_action",
        "$reject_tempfail_action", required: true,
        words: WordLists.TempfailActions,
        doc: "What to do while a recipient is being probed.");
    public static readonly IntParam UnverifiedSenderDeferCode = new("unverified_sender_defer_code",
        "450", min: 250, max: 599,
        doc: "Reply code while a sender is being probed.");
    public static readonly IntParam UnverifiedSenderRejectCode = new("unverified_sender_reject_code",
        "450", min: 250, max: 599,
        doc: "Reply code for a sender whose probe failed.");
    public static readonly TextParam UnverifiedSenderRejectReason = new("unverified_sender_reject_reason", "",
        doc: "Text of that reply; empty: the reply to the probe.");
    public static readonly TextParam UnverifiedSenderTempfailAction = new("unverified_sender_tempfail_action",
        "$reject_tempfail_action", required: true,
        words: WordLists.TempfailActions,
        doc: "What to do while a sender is being probed.");

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
        SmtpdSaslAuthEnable, SmtpdSaslAuthenticatedHeader, SmtpdSaslExceptionsNetworks, SmtpdSaslFailureDelay,
        SmtpdSaslOauthKeyFile, SmtpdSaslOauthIssuer, SmtpdSaslOauthAudience, SmtpdSaslOauthLoginClaims, SmtpdSaslLocalDomain,
        SmtpdSaslOauthIntrospectionUrl, SmtpdSaslOauthIntrospectionSecretFile, SmtpdSaslOauthIntrospectionCAfile,
            SmtpdSaslOauthIntrospectionTimeout,
        SmtpdSaslOauthIntrospectionCacheTime, SmtpdSaslMechanismFilter,
        SmtpdSaslPath, SmtpdSaslResponseLimit, SmtpdSaslSecurityOptions, SmtpdSaslService, SmtpdSaslTlsSecurityOptions, SmtpdSaslType,
        SmtpdSenderLoginMaps, SmtpdSenderRestrictions, SmtpdServiceName, SmtpdSoftErrorLimit, SmtpdTimeout, SmtpdUpstreamProxyProtocol,
        SmtpdUpstreamProxyTimeout, StrictRfc821Envelopes, UnknownAddressRejectCode, UnknownAddressTempfailAction, UnknownClientRejectCode,
        UnknownHeloHostnameTempfailAction, UnknownHostnameRejectCode, UnknownLocalRecipientRejectCode, UnknownRelayRecipientRejectCode,
        UnknownVirtualAliasRejectCode, UnknownVirtualMailboxRejectCode, UnverifiedRecipientDeferCode, UnverifiedRecipientRejectCode,
        UnverifiedRecipientRejectReason, UnverifiedRecipientTempfailAction, UnverifiedSenderDeferCode, UnverifiedSenderRejectCode,
        UnverifiedSenderRejectReason, UnverifiedSenderTempfailAction,
    ];
}

namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of services of Postfix that need no process here, and instances.</summary>
public static class ProxymapParams
{
    public static readonly TimeParam ConnectionCacheProtocolTimeout = new("connection_cache_protocol_timeout",
        "5s", min: "1s", effective: false,
        doc: "Longest wait for the session cache service.");
    public static readonly TextParam ConnectionCacheServiceName = new("connection_cache_service_name",
        "scache", required: true, effective: false,
        doc: "Service that keeps idle SMTP sessions in Postfix; not needed here.");
    public static readonly TimeParam ConnectionCacheStatusUpdateTime = new("connection_cache_status_update_time",
        "600s", min: "1s", effective: false,
        doc: "Time between log lines about the use of the session cache.");
    public static readonly TimeParam ConnectionCacheTtlLimit = new("connection_cache_ttl_limit", "2s", min: "1s", effective: false,
        doc: "Longest time an idle session is kept for another delivery.");
    public static readonly TextParam MultiInstanceDirectories = new("multi_instance_directories", "", effective: false,
        doc: "Configuration directories of further instances.");
    public static readonly BoolParam MultiInstanceEnable = new("multi_instance_enable", "no", effective: false,
        doc: "Start this instance along with the others.");
    public static readonly TextParam MultiInstanceGroup = new("multi_instance_group", "", effective: false,
        doc: "Group this instance belongs to.");
    public static readonly TextParam MultiInstanceName = new("multi_instance_name", "",
        doc: "Name of this instance, also in its log lines.");
    public static readonly TextParam MultiInstanceWrapper = new("multi_instance_wrapper", "", effective: false,
        doc: "Command that runs the commands of all instances.");
    public static readonly TextParam NonBdbCustomMapping = new("non_bdb_custom_mapping", "", effective: false,
        doc: "Table types that replace others in a migration from Berkeley DB.");
    public static readonly TextParam NonBdbMigrationAllowRootPrefixes = new("non_bdb_migration_allow_root_prefixes",
        "/etc /usr/local/etc", effective: false,
        doc: "Where tables of root may be converted by themselves.");
    public static readonly TextParam NonBdbMigrationAllowUserPrefixes = new("non_bdb_migration_allow_user_prefixes",
        "$data_directory /var/lib/mailman /var/lib/mailman3", effective: false,
        doc: "Where tables of others may be converted by themselves.");
    public static readonly TextParam NonBdbMigrationLevel = new("non_bdb_migration_level", "disable", required: true, effective: false,
        doc: "Level of the migration from Berkeley DB; not needed here.");
    public static readonly BoolParam NonBdbMigrationLogRedirect = new("non_bdb_migration_log_redirect", "yes", effective: false,
        doc: "Log each table whose type is stood in for.");
    public static readonly TextParam NonBdbMigrationServiceName = new("non_bdb_migration_service_name", "nbdb_reindex", effective: false,
        doc: "Service that converts tables; not needed here.");
    public static readonly TextParam PostmultiControlCommands = new("postmulti_control_commands", "reload flush", effective: false,
        doc: "Commands that postmulti passes on to running instances.");
    public static readonly TextParam PostmultiStartCommands = new("postmulti_start_commands", "start", effective: false,
        doc: "Commands of postmulti that start instances.");
    public static readonly TextParam PostmultiStopCommands = new("postmulti_stop_commands", "stop abort drain quick-stop", effective: false,
        doc: "Commands of postmulti that stop instances.");
    public static readonly TextParam ProxyReadMaps = new("proxy_read_maps",
        "$local_recipient_maps $mydestination $virtual_alias_maps $virtual_alias_domains $virtual_mailbox_maps "
        + "$virtual_mailbox_domains $relay_recipient_maps $relay_domains $canonical_maps $sender_canonical_maps "
        + "$recipient_canonical_maps $relocated_maps $transport_maps $mynetworks $smtpd_sender_login_maps "
        + "$sender_bcc_maps $recipient_bcc_maps $smtp_generic_maps $lmtp_generic_maps $alias_maps "
        + "$smtpd_client_restrictions $smtpd_helo_restrictions $smtpd_sender_restrictions $smtpd_relay_restrictions "
        + "$smtpd_recipient_restrictions $address_verify_sender_dependent_default_transport_maps "
        + "$address_verify_sender_dependent_relayhost_maps $address_verify_transport_maps $fallback_transport_maps "
        + "$lmtp_discard_lhlo_keyword_address_maps $lmtp_pix_workaround_maps $lmtp_sasl_password_maps "
        + "$lmtp_tls_policy_maps $mailbox_command_maps $mailbox_transport_maps "
        + "$postscreen_discard_ehlo_keyword_address_maps $rbl_reply_maps $sender_dependent_default_transport_maps "
        + "$sender_dependent_relayhost_maps $smtp_discard_ehlo_keyword_address_maps $smtp_pix_workaround_maps "
        + "$smtp_sasl_password_maps $smtp_tls_policy_maps $smtpd_discard_ehlo_keyword_address_maps $smtpd_milter_maps "
        + "$virtual_gid_maps $virtual_uid_maps $local_login_sender_maps $postscreen_reject_footer_maps "
        + "$smtpd_reject_footer_maps $tls_server_sni_maps $tlsproxy_client_policy_maps $default_delivery_status_filter "
        + "$lmtp_delivery_status_filter $lmtp_dns_reply_filter $lmtp_reply_filter $local_delivery_status_filter "
        + "$pipe_delivery_status_filter $postscreen_command_filter $smtp_delivery_status_filter $smtp_dns_reply_filter "
        + "$smtp_reply_filter $smtpd_command_filter $smtpd_dns_reply_filter $virtual_delivery_status_filter $body_checks "
        + "$header_checks $lmtp_body_checks $lmtp_header_checks $lmtp_mime_header_checks $lmtp_nested_header_checks "
        + "$milter_header_checks $mime_header_checks $nested_header_checks $smtp_body_checks $smtp_header_checks "
        + "$smtp_mime_header_checks $smtp_nested_header_checks $smtpd_reject_filter_maps $debug_peer_list "
        + "$smtpd_etrn_restrictions $fast_flush_domains $authorized_flush_users $lmtp_connection_cache_destinations "
        + "$local_header_rewrite_clients $masquerade_exceptions $postscreen_access_list $postscreen_allowlist_interfaces "
        + "$postscreen_forbidden_commands $qmqpd_authorized_clients $authorized_mailq_users "
        + "$smtp_connection_cache_destinations $smtpd_log_access_permit_actions $smtpd_forbidden_commands "
        + "$smtpd_client_event_limit_exceptions $smtpd_sasl_exceptions_networks $smtpd_sasl_mechanism_filter "
        + "$smtp_requiretls_policy $smtp_sasl_mechanism_filter $authorized_submit_users $smtpd_authorized_verp_clients "
        + "$smtpd_authorized_xclient_hosts $smtpd_authorized_xforward_hosts", effective: false,
        doc: "Tables that Postfix's table proxy may read.");
    public static readonly TextParam ProxyWriteMaps = new("proxy_write_maps",
        "$smtp_sasl_auth_cache_name $lmtp_sasl_auth_cache_name $address_verify_map $postscreen_cache_map", effective: false,
        doc: "Tables that Postfix's table proxy may write.");
    public static readonly TextParam ProxymapServiceName = new("proxymap_service_name", "proxymap", required: true, effective: false,
        doc: "Service that reads tables for others in Postfix; not needed here.");
    public static readonly TextParam ProxywriteServiceName = new("proxywrite_service_name", "proxywrite", required: true, effective: false,
        doc: "Service that writes tables for others in Postfix; not needed here.");
    public static readonly TextParam QmqpdAuthorizedClients = new("qmqpd_authorized_clients", "", effective: false,
        doc: "Clients that may use QMQP.");
    public static readonly BoolParam QmqpdClientPortLogging = new("qmqpd_client_port_logging", "no", effective: false,
        doc: "Log the port of QMQP clients.");
    public static readonly TimeParam QmqpdErrorDelay = new("qmqpd_error_delay", "1s", effective: false,
        doc: "Pause before an error reply over QMQP.");
    public static readonly TimeParam QmqpdTimeout = new("qmqpd_timeout", "300s", min: "1s", effective: false,
        doc: "Longest wait for a QMQP client.");

    public static IReadOnlyList<Param> All { get; } =
    [
        ConnectionCacheProtocolTimeout, ConnectionCacheServiceName, ConnectionCacheStatusUpdateTime, ConnectionCacheTtlLimit,
        MultiInstanceDirectories, MultiInstanceEnable, MultiInstanceGroup, MultiInstanceName, MultiInstanceWrapper, NonBdbCustomMapping,
        NonBdbMigrationAllowRootPrefixes, NonBdbMigrationAllowUserPrefixes, NonBdbMigrationLevel, NonBdbMigrationLogRedirect,
        NonBdbMigrationServiceName, PostmultiControlCommands, PostmultiStartCommands, PostmultiStopCommands, ProxyReadMaps, ProxyWriteMaps,
        ProxymapServiceName, ProxywriteServiceName, QmqpdAuthorizedClients, QmqpdClientPortLogging, QmqpdErrorDelay, QmqpdTimeout,
    ];
}

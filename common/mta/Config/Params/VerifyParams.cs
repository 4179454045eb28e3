namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of address probes.</summary>
public static class VerifyParams
{
    public static readonly TimeParam AddressVerifyCacheCleanupInterval = new("address_verify_cache_cleanup_interval",
        "12h",
        doc: "Time between removals of old probe results.");
    public static readonly TextParam AddressVerifyDefaultTransport = new("address_verify_default_transport",
        "$default_transport", required: true,
        doc: "As default_transport, for probes.");
    public static readonly TextParam AddressVerifyLocalTransport = new("address_verify_local_transport",
        "$local_transport", required: true,
        doc: "As local_transport, for probes.");
    public static readonly TextParam AddressVerifyMap = new("address_verify_map",
        "$default_cache_db_type:$data_directory/verify_cache",
        doc: "Table that keeps the results of probes.");
    public static readonly BoolParam AddressVerifyNegativeCache = new("address_verify_negative_cache", "yes",
        doc: "Also keep the results of probes that failed.");
    public static readonly TimeParam AddressVerifyNegativeExpireTime = new("address_verify_negative_expire_time",
        "3d", min: "1s",
        doc: "How long a failed probe counts.");
    public static readonly TimeParam AddressVerifyNegativeRefreshTime = new("address_verify_negative_refresh_time",
        "3h", min: "1s",
        doc: "Age at which a failed probe is repeated.");
    public static readonly IntParam AddressVerifyPendingRequestLimit = new("address_verify_pending_request_limit",
        "5000", min: 1,
        doc: "Probes in the queue at once.");
    public static readonly IntParam AddressVerifyPollCount = new("address_verify_poll_count", "${stress?{1}:{3}}", min: 1,
        doc: "How often a session asks for the result of a probe.");
    public static readonly TimeParam AddressVerifyPollDelay = new("address_verify_poll_delay", "3s", min: "1s",
        doc: "Pause between two such questions.");
    public static readonly TimeParam AddressVerifyPositiveExpireTime = new("address_verify_positive_expire_time",
        "31d", min: "1s",
        doc: "How long a successful probe counts.");
    public static readonly TimeParam AddressVerifyPositiveRefreshTime = new("address_verify_positive_refresh_time",
        "7d", min: "1s",
        doc: "Age at which a successful probe is repeated.");
    public static readonly TextParam AddressVerifyRelayTransport = new("address_verify_relay_transport",
        "$relay_transport", required: true,
        doc: "As relay_transport, for probes.");
    public static readonly TextParam AddressVerifyRelayhost = new("address_verify_relayhost", "$relayhost",
        doc: "As relayhost, for probes.");
    public static readonly TextParam AddressVerifySender = new("address_verify_sender", "$double_bounce_sender",
        doc: "Sender of probes.");
    public static readonly TextParam AddressVerifySenderDependentDefaultTransportMaps =
        new("address_verify_sender_dependent_default_transport_maps",
        "$sender_dependent_default_transport_maps",
        doc: "As sender_dependent_default_transport_maps, for probes.");
    public static readonly TextParam AddressVerifySenderDependentRelayhostMaps = new("address_verify_sender_dependent_relayhost_maps",
        "$sender_dependent_relayhost_maps",
        doc: "As sender_dependent_relayhost_maps, for probes.");
    public static readonly TimeParam AddressVerifySenderTtl = new("address_verify_sender_ttl", "0s",
        doc: "How long the sender address of probes stays the same; 0 is for ever.");
    public static readonly TextParam AddressVerifyServiceName = new("address_verify_service_name",
        "verify", required: true,
        doc: "Service that keeps the results of probes.");
    public static readonly TextParam AddressVerifyTransportMaps = new("address_verify_transport_maps", "$transport_maps",
        doc: "As transport_maps, for probes.");
    public static readonly TextParam AddressVerifyVirtualTransport = new("address_verify_virtual_transport",
        "$virtual_transport", required: true,
        doc: "As virtual_transport, for probes.");

    public static IReadOnlyList<Param> All { get; } =
    [
        AddressVerifyCacheCleanupInterval, AddressVerifyDefaultTransport, AddressVerifyLocalTransport, AddressVerifyMap,
        AddressVerifyNegativeCache, AddressVerifyNegativeExpireTime, AddressVerifyNegativeRefreshTime, AddressVerifyPendingRequestLimit,
        AddressVerifyPollCount, AddressVerifyPollDelay, AddressVerifyPositiveExpireTime, AddressVerifyPositiveRefreshTime,
        AddressVerifyRelayTransport, AddressVerifyRelayhost, AddressVerifySender, AddressVerifySenderDependentDefaultTransportMaps,
        AddressVerifySenderDependentRelayhostMaps, AddressVerifySenderTtl, AddressVerifyServiceName, AddressVerifyTransportMaps,
        AddressVerifyVirtualTransport,
    ];
}

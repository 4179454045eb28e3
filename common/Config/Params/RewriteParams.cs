namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of address rewriting, address classes and routing.</summary>
public static class RewriteParams
{
    public static readonly BoolParam AllowPercentHack = new("allow_percent_hack", "yes", doc: "");
    public static readonly BoolParam AppendAtMyorigin = new("append_at_myorigin", "yes", doc: "");
    public static readonly BoolParam AppendDotMydomain = new("append_dot_mydomain", "${{$compatibility_level} <level {1} ? {yes} : {no}}",
        doc: "");
    public static readonly TextParam CanonicalClasses = new("canonical_classes",
        "envelope_sender, envelope_recipient, header_sender, header_recipient", required: true,
        doc: "");
    public static readonly TextParam CanonicalMaps = new("canonical_maps", "", doc: "");
    public static readonly TextParam DefaultTransport = new("default_transport", "smtp", required: true, doc: "");
    public static readonly TextParam EmptyAddressDefaultTransportMapsLookupKey = new("empty_address_default_transport_maps_lookup_key",
        "<>", required: true, effective: false,
        doc: "");
    public static readonly TextParam EmptyAddressRelayhostMapsLookupKey = new("empty_address_relayhost_maps_lookup_key",
        "<>", required: true, effective: false,
        doc: "");
    public static readonly TextParam LocalRecipientMaps = new("local_recipient_maps", "proxy:unix:passwd.byname $alias_maps", doc: "");
    public static readonly TextParam LocalTransport = new("local_transport", "local:$myhostname", required: true, doc: "");
    public static readonly TextParam MasqueradeClasses = new("masquerade_classes", "envelope_sender, header_sender, header_recipient",
        doc: "");
    public static readonly TextParam MasqueradeDomains = new("masquerade_domains", "", doc: "");
    public static readonly TextParam MasqueradeExceptions = new("masquerade_exceptions", "", doc: "");
    public static readonly TextParam Mydestination = new("mydestination", "$myhostname, localhost.$mydomain, localhost", doc: "");
    public static readonly BoolParam OwnerRequestSpecial = new("owner_request_special", "yes", doc: "");
    public static readonly TextParam ParentDomainMatchesSubdomains = new("parent_domain_matches_subdomains",
        "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains"
        + ",smtpd_access_maps",
        doc: "");
    public static readonly TextParam PropagateUnmatchedExtensions = new("propagate_unmatched_extensions", "canonical, virtual", doc: "");
    public static readonly TextParam RecipientCanonicalClasses = new("recipient_canonical_classes",
        "envelope_recipient, header_recipient", required: true,
        doc: "");
    public static readonly TextParam RecipientCanonicalMaps = new("recipient_canonical_maps", "", doc: "");
    public static readonly TextParam RecipientDelimiter = new("recipient_delimiter", "", doc: "");
    public static readonly TextParam RelayDomains = new("relay_domains", "${{$compatibility_level} <level {2} ? {$mydestination} : {}}",
        doc: "");
    public static readonly TextParam RelayRecipientMaps = new("relay_recipient_maps", "", doc: "");
    public static readonly TextParam RelayTransport = new("relay_transport", "relay", required: true, doc: "");
    public static readonly TextParam Relayhost = new("relayhost", "", effective: false, doc: "");
    public static readonly TextParam RelocatedMaps = new("relocated_maps", "", effective: false, doc: "");
    public static readonly BoolParam RelocatedPrefixEnable = new("relocated_prefix_enable", "yes", effective: false, doc: "");
    public static readonly TextParam RemoteHeaderRewriteDomain = new("remote_header_rewrite_domain", "", doc: "");
    public static readonly BoolParam ResolveDequotedAddress = new("resolve_dequoted_address", "yes", doc: "");
    public static readonly BoolParam ResolveNullDomain = new("resolve_null_domain", "no", doc: "");
    public static readonly BoolParam ResolveNumericDomain = new("resolve_numeric_domain", "no", doc: "");
    public static readonly TextParam RewriteServiceName = new("rewrite_service_name", "rewrite", required: true, effective: false, doc: "");
    public static readonly TextParam SenderCanonicalClasses = new("sender_canonical_classes",
        "envelope_sender, header_sender", required: true,
        doc: "");
    public static readonly TextParam SenderCanonicalMaps = new("sender_canonical_maps", "", doc: "");
    public static readonly TextParam SenderDependentDefaultTransportMaps = new("sender_dependent_default_transport_maps",
        "", effective: false,
        doc: "");
    public static readonly TextParam SenderDependentRelayhostMaps = new("sender_dependent_relayhost_maps", "", effective: false, doc: "");
    public static readonly BoolParam SwapBangpath = new("swap_bangpath", "yes", doc: "");
    public static readonly TextParam TransportMaps = new("transport_maps", "", doc: "");
    public static readonly IntParam VirtualAliasAddressLengthLimit = new("virtual_alias_address_length_limit", "1000", min: 1, doc: "");
    public static readonly TextParam VirtualAliasDomains = new("virtual_alias_domains", "$virtual_alias_maps", doc: "");
    public static readonly IntParam VirtualAliasExpansionLimit = new("virtual_alias_expansion_limit", "1000", min: 1, doc: "");
    public static readonly TextParam VirtualAliasMaps = new("virtual_alias_maps", "$virtual_maps", doc: "");
    public static readonly IntParam VirtualAliasRecursionLimit = new("virtual_alias_recursion_limit", "1000", min: 1, doc: "");
    public static readonly TextParam VirtualTransport = new("virtual_transport", "virtual", required: true, doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AllowPercentHack, AppendAtMyorigin, AppendDotMydomain, CanonicalClasses, CanonicalMaps, DefaultTransport,
        EmptyAddressDefaultTransportMapsLookupKey, EmptyAddressRelayhostMapsLookupKey, LocalRecipientMaps, LocalTransport,
        MasqueradeClasses, MasqueradeDomains, MasqueradeExceptions, Mydestination, OwnerRequestSpecial, ParentDomainMatchesSubdomains,
        PropagateUnmatchedExtensions, RecipientCanonicalClasses, RecipientCanonicalMaps, RecipientDelimiter, RelayDomains,
        RelayRecipientMaps, RelayTransport, Relayhost, RelocatedMaps, RelocatedPrefixEnable, RemoteHeaderRewriteDomain,
        ResolveDequotedAddress, ResolveNullDomain, ResolveNumericDomain, RewriteServiceName, SenderCanonicalClasses, SenderCanonicalMaps,
        SenderDependentDefaultTransportMaps, SenderDependentRelayhostMaps, SwapBangpath, TransportMaps, VirtualAliasAddressLengthLimit,
        VirtualAliasDomains, VirtualAliasExpansionLimit, VirtualAliasMaps, VirtualAliasRecursionLimit, VirtualTransport,
    ];
}

namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of address rewriting, address classes and routing.</summary>
public static class RewriteParams
{
    public static readonly BoolParam AllowPercentHack = new("allow_percent_hack", "yes", doc: "Rewrite user%domain to user@domain.");
    public static readonly BoolParam AppendAtMyorigin = new("append_at_myorigin", "yes",
        doc: "Complete an address without a domain with @myorigin.");
    public static readonly BoolParam AppendDotMydomain = new("append_dot_mydomain", "${{$compatibility_level} <level {1} ? {yes} : {no}}",
        doc: "Complete a domain without a dot with .mydomain.");
    public static readonly TextParam CanonicalClasses = new("canonical_classes",
        "envelope_sender, envelope_recipient, header_sender, header_recipient", required: true,
        each: WordLists.AddressPlaces,
        doc: "Which addresses canonical_maps rewrites.");
    public static readonly TextParam CanonicalMaps = new("canonical_maps", "",
        doc: "Tables that rewrite sender and recipient addresses, in envelope and headers.");
    public static readonly TextParam DefaultTransport = new("default_transport", "smtp", required: true,
        doc: "Transport and destination of mail for domains of no other class.");
    public static readonly TextParam EmptyAddressDefaultTransportMapsLookupKey = new("empty_address_default_transport_maps_lookup_key",
        "<>", required: true,
        doc: "Key for the empty sender in sender_dependent_default_transport_maps.");
    public static readonly TextParam EmptyAddressRelayhostMapsLookupKey = new("empty_address_relayhost_maps_lookup_key",
        "<>", required: true,
        doc: "Key for the empty sender in sender_dependent_relayhost_maps.");
    public static readonly TextParam LocalRecipientMaps = new("local_recipient_maps", "proxy:unix:passwd.byname $alias_maps",
        doc: "Tables that know all local recipients; others are refused. Empty: all are accepted.");
    public static readonly TextParam LocalTransport = new("local_transport", "local:$myhostname", required: true,
        doc: "Transport and destination of mail for mydestination.");
    public static readonly TextParam MasqueradeClasses = new("masquerade_classes", "envelope_sender, header_sender, header_recipient",
        each: WordLists.AddressPlaces,
        doc: "Which addresses masquerade_domains strips.");
    public static readonly TextParam MasqueradeDomains = new("masquerade_domains", "",
        doc: "Domains whose subdomains are cut off addresses.");
    public static readonly TextParam MasqueradeExceptions = new("masquerade_exceptions", "", doc: "User names that are never masqueraded.");
    public static readonly TextParam Mydestination = new("mydestination", "$myhostname, localhost.$mydomain, localhost",
        doc: "Domains delivered to users of this machine.");
    public static readonly BoolParam OwnerRequestSpecial = new("owner_request_special", "yes",
        doc: "Never split names that begin with owner- or end in -request at the recipient delimiter.");
    public static readonly TextParam ParentDomainMatchesSubdomains = new("parent_domain_matches_subdomains",
        "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains"
        + ",smtpd_access_maps",
        doc: "Parameters in which a domain also matches its subdomains.");
    public static readonly TextParam PropagateUnmatchedExtensions = new("propagate_unmatched_extensions", "canonical, virtual",
        each: "canonical|virtual|alias|forward|include|generic",
        doc: "Rewritings that carry an address extension along.");
    public static readonly TextParam RecipientCanonicalClasses = new("recipient_canonical_classes",
        "envelope_recipient, header_recipient", required: true,
        each: "envelope_recipient|header_recipient",
        doc: "Which addresses recipient_canonical_maps rewrites.");
    public static readonly TextParam RecipientCanonicalMaps = new("recipient_canonical_maps", "",
        doc: "As canonical_maps, for recipients alone.");
    public static readonly TextParam RecipientDelimiter = new("recipient_delimiter", "",
        doc: "Characters that separate a user name from its extension.");
    public static readonly TextParam RelayDomains = new("relay_domains", "${{$compatibility_level} <level {2} ? {$mydestination} : {}}",
        doc: "Domains that mail is accepted for and passed on to.");
    public static readonly TextParam RelayRecipientMaps = new("relay_recipient_maps", "",
        doc: "Tables that know all recipients in relay_domains; others are refused.");
    public static readonly TextParam RelayTransport = new("relay_transport", "relay", required: true,
        doc: "Transport and destination of mail for relay_domains.");
    public static readonly TextParam Relayhost = new("relayhost", "",
        doc: "Host that mail for other domains is sent to, instead of their mail exchangers.");
    public static readonly TextParam RelocatedMaps = new("relocated_maps", "",
        doc: "Table of users that have moved, with their new addresses.");
    public static readonly BoolParam RelocatedPrefixEnable = new("relocated_prefix_enable", "yes",
        doc: "Put the usual words before a new address from relocated_maps.");
    public static readonly TextParam RemoteHeaderRewriteDomain = new("remote_header_rewrite_domain", "",
        doc: "Domain that completes the headers of other clients' mail; empty leaves them alone.");
    public static readonly BoolParam ResolveDequotedAddress = new("resolve_dequoted_address", "yes",
        doc: "Look for @ and % in a local part also when it is quoted.");
    public static readonly BoolParam ResolveNullDomain = new("resolve_null_domain", "no",
        doc: "Take user@ to be local instead of an error.");
    public static readonly BoolParam ResolveNumericDomain = new("resolve_numeric_domain", "no",
        doc: "Take user@1.2.3.4 to be user@[1.2.3.4].");
    public static readonly TextParam RewriteServiceName = new("rewrite_service_name", "rewrite", required: true, effective: false,
        doc: "Service that rewrites addresses in Postfix; not needed here.");
    public static readonly TextParam SenderCanonicalClasses = new("sender_canonical_classes",
        "envelope_sender, header_sender", required: true,
        each: "envelope_sender|header_sender",
        doc: "Which addresses sender_canonical_maps rewrites.");
    public static readonly TextParam SenderCanonicalMaps = new("sender_canonical_maps", "", doc: "As canonical_maps, for senders alone.");
    public static readonly TextParam SenderDependentDefaultTransportMaps = new("sender_dependent_default_transport_maps",
        "",
        doc: "Table that names another default_transport for a sender.");
    public static readonly TextParam SenderDependentRelayhostMaps = new("sender_dependent_relayhost_maps", "",
        doc: "Table that names another relayhost for a sender.");
    public static readonly BoolParam SwapBangpath = new("swap_bangpath", "yes", doc: "Rewrite site!user to user@site.");
    public static readonly TextParam TransportMaps = new("transport_maps", "",
        doc: "Table that names the transport and destination for addresses and domains.");
    public static readonly IntParam VirtualAliasAddressLengthLimit = new("virtual_alias_address_length_limit", "1000", min: 1,
        doc: "Longest address that virtual aliases may produce.");
    public static readonly TextParam VirtualAliasDomains = new("virtual_alias_domains", "$virtual_alias_maps",
        doc: "Domains in which every address is a virtual alias.");
    public static readonly IntParam VirtualAliasExpansionLimit = new("virtual_alias_expansion_limit", "1000", min: 1,
        doc: "Recipients that virtual aliases may turn one into.");
    public static readonly TextParam VirtualAliasMaps = new("virtual_alias_maps", "$virtual_maps",
        doc: "Tables that turn recipients into other recipients, in any domain.");
    public static readonly IntParam VirtualAliasRecursionLimit = new("virtual_alias_recursion_limit", "1000", min: 1,
        doc: "Virtual aliases of virtual aliases.");
    public static readonly TextParam VirtualTransport = new("virtual_transport", "virtual", required: true,
        doc: "Transport and destination of mail for virtual_mailbox_domains.");

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

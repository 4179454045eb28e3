
namespace MtaSuite.Common.Config;

/// <summary>
/// The restrictions that may stand in the lists <c>smtpd_*_restrictions</c>, besides the names of <c>smtpd_restriction_classes</c>. A new
/// one is a line here and its handler in smtpd's RestrictionHandlers.
/// </summary>
public static class RestrictionWords
{
    // before the restrictions, which enter themselves here
    private static readonly List<Restriction> s_all = [];

    /// <summary>The parameter that names further lists.</summary>
    public const string Classes = "smtpd_restriction_classes";

    /// <summary>The parameters that are such lists.</summary>
    public static IReadOnlyList<string> Lists { get; } =
    [
        "smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions",
        "smtpd_recipient_restrictions", "smtpd_data_restrictions", "smtpd_end_of_data_restrictions", "smtpd_etrn_restrictions",
    ];

    /// <summary>The words and arguments of a list or a class; none where its value cannot be expanded.</summary>
    public static List<string> Items(MailConfig config, string list) =>
        config.TextOf(list) is { } text && config.TryExpand(text, out string value, out _) ? ConfigList.Split(value) : [];

    // at any stage
    public static readonly Restriction Permit = Add(new("permit") { IsFinal = true });
    public static readonly Restriction Defer = Add(new("defer") { IsFinal = true, ClosesRelay = true });
    public static readonly Restriction Reject = Add(new("reject") { IsFinal = true, ClosesRelay = true });
    public static readonly Restriction WarnIfReject = Add(new("warn_if_reject", RestrictionArgument.Restriction));
    public static readonly Restriction DeferIfPermit = Add(new("defer_if_permit") { ClosesRelay = true });
    public static readonly Restriction DeferIfReject = Add(new("defer_if_reject"));
    public static readonly Restriction RejectUnauthPipelining = Add(new("reject_unauth_pipelining"));
    public static readonly Restriction RejectPlaintextSession = Add(new("reject_plaintext_session"));
    public static readonly Restriction Greylist = Add(new("greylist"));
    public static readonly Restriction Sleep = Add(new("sleep", RestrictionArgument.Time));
    public static readonly Restriction CheckPolicyService = Add(new("check_policy_service", RestrictionArgument.Server));
    public static readonly Restriction CheckAddressMap = Add(new("check_address_map", RestrictionArgument.Table));

    // about the client
    public static readonly Restriction PermitMynetworks = Add(new("permit_mynetworks"));
    public static readonly Restriction PermitInetInterfaces = Add(new("permit_inet_interfaces"));
    public static readonly Restriction PermitSaslAuthenticated = Add(new("permit_sasl_authenticated"));
    public static readonly Restriction PermitTlsClientcerts = Add(new("permit_tls_clientcerts"));
    public static readonly Restriction PermitTlsAllClientcerts = Add(new("permit_tls_all_clientcerts"));
    public static readonly Restriction CheckCcertAccess = Add(new("check_ccert_access", RestrictionArgument.Table));
    public static readonly Restriction CheckClientAccess = Add(new("check_client_access", RestrictionArgument.Table));
    public static readonly Restriction CheckSaslAccess = Add(new("check_sasl_access", RestrictionArgument.Table));
    public static readonly Restriction CheckReverseClientHostnameAccess =
        Add(new("check_reverse_client_hostname_access", RestrictionArgument.Table));
    public static readonly Restriction RejectUnknownClientHostname =
        Add(new("reject_unknown_client_hostname") { OldName = "reject_unknown_client" });
    public static readonly Restriction RejectUnknownReverseClientHostname = Add(new("reject_unknown_reverse_client_hostname"));
    public static readonly Restriction RejectRblClient = Add(new("reject_rbl_client", RestrictionArgument.Zone));
    public static readonly Restriction PermitDnswlClient = Add(new("permit_dnswl_client", RestrictionArgument.Zone));
    public static readonly Restriction RejectRhsblClient = Add(new("reject_rhsbl_client", RestrictionArgument.Zone));
    public static readonly Restriction PermitRhswlClient = Add(new("permit_rhswl_client", RestrictionArgument.Zone));
    public static readonly Restriction RejectRhsblReverseClient = Add(new("reject_rhsbl_reverse_client", RestrictionArgument.Zone));

    // about the name in HELO
    public static readonly Restriction CheckHeloAccess = Add(new("check_helo_access", RestrictionArgument.Table));
    public static readonly Restriction RejectInvalidHeloHostname =
        Add(new("reject_invalid_helo_hostname") { OldName = "reject_invalid_hostname" });
    public static readonly Restriction RejectNonFqdnHeloHostname =
        Add(new("reject_non_fqdn_helo_hostname") { OldName = "reject_non_fqdn_hostname" });
    public static readonly Restriction RejectUnknownHeloHostname =
        Add(new("reject_unknown_helo_hostname") { OldName = "reject_unknown_hostname" });
    public static readonly Restriction RejectRhsblHelo = Add(new("reject_rhsbl_helo", RestrictionArgument.Zone));

    // about the sender
    public static readonly Restriction CheckSenderAccess = Add(new("check_sender_access", RestrictionArgument.Table));
    public static readonly Restriction RejectNonFqdnSender = Add(new("reject_non_fqdn_sender"));
    public static readonly Restriction RejectUnlistedSender = Add(new("reject_unlisted_sender"));
    public static readonly Restriction RejectUnverifiedSender = Add(new("reject_unverified_sender"));
    public static readonly Restriction RejectSenderLoginMismatch = Add(new("reject_sender_login_mismatch"));
    public static readonly Restriction RejectKnownSenderLoginMismatch = Add(new("reject_known_sender_login_mismatch"));
    public static readonly Restriction RejectAuthenticatedSenderLoginMismatch = Add(new("reject_authenticated_sender_login_mismatch"));
    public static readonly Restriction RejectUnauthenticatedSenderLoginMismatch = Add(new("reject_unauthenticated_sender_login_mismatch"));
    public static readonly Restriction RejectUnknownSenderDomain =
        Add(new("reject_unknown_sender_domain") { OldName = "reject_unknown_address" });
    public static readonly Restriction RejectRhsblSender = Add(new("reject_rhsbl_sender", RestrictionArgument.Zone));

    // about the recipient
    public static readonly Restriction RejectUnverifiedRecipient = Add(new("reject_unverified_recipient"));
    public static readonly Restriction CheckRecipientAccess = Add(new("check_recipient_access", RestrictionArgument.Table));
    public static readonly Restriction RejectNonFqdnRecipient = Add(new("reject_non_fqdn_recipient"));
    public static readonly Restriction RejectUnlistedRecipient = Add(new("reject_unlisted_recipient") { OldName = "check_recipient_maps" });
    public static readonly Restriction PermitAuthDestination = Add(new("permit_auth_destination"));
    public static readonly Restriction RejectUnauthDestination = Add(new("reject_unauth_destination") { ClosesRelay = true });
    public static readonly Restriction DeferUnauthDestination = Add(new("defer_unauth_destination") { ClosesRelay = true });
    public static readonly Restriction RejectMultiRecipientBounce = Add(new("reject_multi_recipient_bounce"));
    public static readonly Restriction RejectUnknownRecipientDomain = Add(new("reject_unknown_recipient_domain"));
    public static readonly Restriction RejectRhsblRecipient = Add(new("reject_rhsbl_recipient", RestrictionArgument.Zone));
    public static readonly Restriction PermitMxBackup = Add(new("permit_mx_backup"));

    // about the domain in ETRN
    public static readonly Restriction CheckEtrnAccess = Add(new("check_etrn_access", RestrictionArgument.Table));

    // check_*_a_access, check_*_mx_access, check_*_ns_access: about the addresses, mail servers and name servers of a domain
    public static readonly Restriction[] CheckClientServers = OfServers("client");
    public static readonly Restriction[] CheckReverseClientServers = OfServers("reverse_client_hostname");
    public static readonly Restriction[] CheckHeloServers = OfServers("helo");
    public static readonly Restriction[] CheckSenderServers = OfServers("sender");
    public static readonly Restriction[] CheckRecipientServers = OfServers("recipient");

    /// <summary>Words that were taken away, and what to write instead.</summary>
    private static readonly Dictionary<string, string> s_removed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["check_relay_domains"] = "permit_mynetworks, reject_unauth_destination",
        ["permit_naked_ip_address"] = "permit_mynetworks or permit_sasl_authenticated",
        ["reject_maps_rbl"] = "reject_rbl_client domainname",
    };

    private static readonly Dictionary<string, Restriction> s_byName = Index();

    private static Restriction[] OfServers(string what) =>
        [.. ((string[])["a", "mx", "ns"]).Select(type => Add(new($"check_{what}_{type}_access", RestrictionArgument.Table)))];

    private static Restriction Add(Restriction restriction)
    {
        s_all.Add(restriction);
        return restriction;
    }

    private static Dictionary<string, Restriction> Index()
    {
        Dictionary<string, Restriction> words = new(StringComparer.OrdinalIgnoreCase);
        foreach (Restriction restriction in s_all)
        {
            words.Add(restriction.Name, restriction);
            if (restriction.OldName.Length > 0) words.Add(restriction.OldName, restriction);
        }
        return words;
    }

    /// <summary>All restrictions.</summary>
    public static IReadOnlyList<Restriction> All => s_all;

    /// <summary>All words, older spellings among them.</summary>
    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>The restriction that a word (in any case of letters) stands for; null: none.</summary>
    public static Restriction? Find(string word) => s_byName.GetValueOrDefault(word);

    /// <summary>What to write instead of a word that was taken away; null: it was never one, or still is.</summary>
    public static string? InsteadOf(string word) => s_removed.GetValueOrDefault(word);
}

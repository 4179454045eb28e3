namespace MtaSuite.Common.Config;

/// <summary>What stands behind a restriction.</summary>
public enum RestrictionArgument
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A table, <c>type:name</c>.</summary>
    Table,

    /// <summary>A DNS list, with an optional filter: <c>zone=127.0.0.2</c>.</summary>
    Zone,

    /// <summary>A policy server: <c>inet:host:port</c>, <c>unix:path</c>, or braces with options.</summary>
    Server,

    /// <summary>A time.</summary>
    Time,

    /// <summary>The next restriction in the list.</summary>
    Restriction,
}

/// <summary>
/// The words that may stand in the lists <c>smtpd_*_restrictions</c>, besides the names of <c>smtpd_restriction_classes</c>.
/// </summary>
public static class RestrictionWords
{
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

    private const string Plain =
        "defer defer_if_permit defer_if_reject defer_unauth_destination greylist permit permit_auth_destination permit_inet_interfaces "
        + "permit_mx_backup"
        + " permit_mynetworks permit_sasl_authenticated permit_tls_all_clientcerts permit_tls_clientcerts reject"
        + " reject_authenticated_sender_login_mismatch reject_invalid_helo_hostname reject_known_sender_login_mismatch"
        + " reject_multi_recipient_bounce reject_non_fqdn_helo_hostname reject_non_fqdn_recipient reject_non_fqdn_sender"
        + " reject_plaintext_session reject_sender_login_mismatch reject_unauth_destination reject_unauth_pipelining"
        + " reject_unauthenticated_sender_login_mismatch reject_unknown_client_hostname"
        + " reject_unknown_helo_hostname reject_unknown_recipient_domain reject_unknown_reverse_client_hostname"
        + " reject_unknown_sender_domain reject_unlisted_recipient reject_unlisted_sender reject_unverified_recipient "
        + "reject_unverified_sender"
        // older spellings
        + " check_recipient_maps reject_invalid_hostname reject_non_fqdn_hostname reject_unknown_address reject_unknown_client"
        + " reject_unknown_hostname";

    private const string WithTable =
        "check_address_map check_ccert_access check_client_a_access check_client_access check_client_mx_access check_client_ns_access"
        + " check_etrn_access check_helo_a_access check_helo_access check_helo_mx_access check_helo_ns_access check_recipient_a_access"
        + " check_recipient_access check_recipient_mx_access check_recipient_ns_access check_reverse_client_hostname_a_access"
        + " check_reverse_client_hostname_access check_reverse_client_hostname_mx_access check_reverse_client_hostname_ns_access"
        + " check_sasl_access check_sender_a_access check_sender_access check_sender_mx_access check_sender_ns_access";

    private const string WithZone =
        "permit_dnswl_client permit_rhswl_client reject_rbl_client reject_rhsbl_client reject_rhsbl_helo reject_rhsbl_recipient"
        + " reject_rhsbl_reverse_client reject_rhsbl_sender";

    /// <summary>Words that were taken away, and what to write instead.</summary>
    private static readonly Dictionary<string, string> Removed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["check_relay_domains"] = "permit_mynetworks, reject_unauth_destination",
        ["permit_naked_ip_address"] = "permit_mynetworks or permit_sasl_authenticated",
        ["reject_maps_rbl"] = "reject_rbl_client domainname",
    };

    private static readonly Dictionary<string, RestrictionArgument> Words = Index();

    private static Dictionary<string, RestrictionArgument> Index()
    {
        var words = new Dictionary<string, RestrictionArgument>(StringComparer.OrdinalIgnoreCase)
        {
            ["check_policy_service"] = RestrictionArgument.Server,
            ["sleep"] = RestrictionArgument.Time,
            ["warn_if_reject"] = RestrictionArgument.Restriction,
        };
        foreach (string word in Plain.Split(' ')) words[word] = RestrictionArgument.None;
        foreach (string word in WithTable.Split(' ')) words[word] = RestrictionArgument.Table;
        foreach (string word in WithZone.Split(' ')) words[word] = RestrictionArgument.Zone;
        return words;
    }

    /// <summary>All words.</summary>
    public static IEnumerable<string> All => Words.Keys;

    /// <summary>Whether a word (in any case of letters) is one, and what stands behind it.</summary>
    public static bool TryFind(string word, out RestrictionArgument argument) => Words.TryGetValue(word, out argument);

    /// <summary>What to write instead of a word that was taken away; null: it was never one, or still is.</summary>
    public static string? InsteadOf(string word) => Removed.GetValueOrDefault(word);

    /// <summary>The words one of which keeps strangers from sending anywhere.</summary>
    internal static readonly string[] ClosesRelay =
        ["reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit"];
}

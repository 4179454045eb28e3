namespace MtaSuite.Smtpd.Access;

/// <summary>What follows a restriction's name in a list.</summary>
internal enum ArgumentKind : byte { None, Table, Time, Text }

/// <summary>One restriction: its name, its argument, and what it does. Without a handler it is known and not there yet.</summary>
internal sealed record RestrictionWord(string Name, ArgumentKind Argument, Func<AccessContext, RestrictionStep, Verdict>? Judge)
{
    /// <summary>For the few that wait for something.</summary>
    public Func<AccessContext, RestrictionStep, ValueTask<Verdict>>? JudgeAsync { get; init; }

    /// <summary>Whatever follows in the list is never reached.</summary>
    public bool IsFinal { get; init; }

    public bool IsAvailable => Judge is not null || JudgeAsync is not null;
}

/// <summary>A restriction with its argument, as it stands in one list.</summary>
internal sealed class RestrictionStep(RestrictionWord word)
{
    public RestrictionWord Word { get; } = word;
    public string Argument = "";
    public TimeSpan Time;
    public AccessTable? Table;
    /// <summary>A restriction class: the word's list.</summary>
    public RestrictionList? Class;

    public override string ToString() => Argument.Length == 0 ? Word.Name : $"{Word.Name} {Argument}";
}

/// <summary>All restrictions by name. A new one is one row here and its handler in Words.</summary>
internal static class RestrictionWords
{
    /// <summary>The pseudo restriction that turns the next refusal into a warning.</summary>
    public const string WarnIfReject = "warn_if_reject";

    private static readonly Dictionary<string, RestrictionWord> s_words = Make();

    public static RestrictionWord? Find(string name) => s_words.GetValueOrDefault(name);

    /// <summary>The word that stands for the use of a class.</summary>
    public static RestrictionWord ForClass(string name) => new(name, ArgumentKind.None, null);

    private static Dictionary<string, RestrictionWord> Make()
    {
        RestrictionWord[] words =
        [
            // any stage
            new("permit", ArgumentKind.None, GenericWords.Permit) { IsFinal = true },
            new("defer", ArgumentKind.None, GenericWords.Defer) { IsFinal = true },
            new("reject", ArgumentKind.None, GenericWords.Reject) { IsFinal = true },
            new(WarnIfReject, ArgumentKind.None, GenericWords.WarnIfReject),
            new("defer_if_permit", ArgumentKind.None, GenericWords.DeferIfPermit),
            new("defer_if_reject", ArgumentKind.None, GenericWords.DeferIfReject),
            new("reject_unauth_pipelining", ArgumentKind.None, GenericWords.RejectUnauthPipelining),
            new("reject_plaintext_session", ArgumentKind.None, GenericWords.RejectPlaintextSession),
            new("sleep", ArgumentKind.Time, null) { JudgeAsync = GenericWords.SleepAsync },
            new("check_policy_service", ArgumentKind.Text, null),
            // client
            new("permit_mynetworks", ArgumentKind.None, ClientWords.PermitMynetworks),
            new("permit_inet_interfaces", ArgumentKind.None, ClientWords.PermitInetInterfaces),
            new("permit_sasl_authenticated", ArgumentKind.None, ClientWords.PermitSaslAuthenticated),
            new("permit_tls_clientcerts", ArgumentKind.None, CertificateWords.PermitListed),
            new("permit_tls_all_clientcerts", ArgumentKind.None, CertificateWords.PermitTrusted),
            new("check_ccert_access", ArgumentKind.Table, CertificateWords.CheckAccess),
            new("check_client_access", ArgumentKind.Table, ClientWords.CheckAccess),
            new("check_sasl_access", ArgumentKind.Table, LoginWords.CheckSaslAccess),
            new("check_reverse_client_hostname_access", ArgumentKind.Table, ClientWords.CheckReverseAccess),
            // helo
            new("check_helo_access", ArgumentKind.Table, HeloWords.CheckAccess),
            new("reject_invalid_helo_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_invalid_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_non_fqdn_helo_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            new("reject_non_fqdn_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            // sender
            new("check_sender_access", ArgumentKind.Table, AddressWords.CheckSenderAccess),
            new("reject_non_fqdn_sender", ArgumentKind.None, AddressWords.RejectNonFqdnSender),
            new("reject_unlisted_sender", ArgumentKind.None, AddressWords.RejectUnlistedSender),
            new("reject_unverified_sender", ArgumentKind.None, null) { JudgeAsync = ProbeWords.RejectUnverifiedSenderAsync },
            new("reject_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectMismatch),
            new("reject_known_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectKnownMismatch),
            new("reject_authenticated_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectAuthenticatedMismatch),
            new("reject_unauthenticated_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectUnauthenticatedMismatch),
            // recipient
            new("reject_unverified_recipient", ArgumentKind.None, null) { JudgeAsync = ProbeWords.RejectUnverifiedRecipientAsync },
            new("check_recipient_access", ArgumentKind.Table, AddressWords.CheckRecipientAccess),
            new("reject_non_fqdn_recipient", ArgumentKind.None, AddressWords.RejectNonFqdnRecipient),
            new("reject_unlisted_recipient", ArgumentKind.None, AddressWords.RejectUnlistedRecipient),
            new("check_recipient_maps", ArgumentKind.None, AddressWords.RejectUnlistedRecipient),
            new("permit_auth_destination", ArgumentKind.None, AddressWords.PermitAuthDestination),
            new("reject_unauth_destination", ArgumentKind.None, AddressWords.RejectUnauthDestination),
            new("defer_unauth_destination", ArgumentKind.None, AddressWords.DeferUnauthDestination),
            new("reject_multi_recipient_bounce", ArgumentKind.None, AddressWords.RejectMultiRecipientBounce),
            // etrn
            new("check_etrn_access", ArgumentKind.Table, HeloWords.CheckEtrnAccess),
            .. Later(),
        ];
        return words.ToDictionary(w => w.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Restrictions that need what is not there yet: the DNS, TLS, authentication, address probes, policy servers.</summary>
    private static IEnumerable<RestrictionWord> Later()
    {
        string[] plain =
        [
            "reject_unknown_client_hostname", "reject_unknown_client", "reject_unknown_forward_client_hostname", "reject_unknown_reverse_client_hostname", "reject_unknown_helo_hostname",
            "reject_unknown_hostname", "reject_unknown_sender_domain", "reject_unknown_address",
            "reject_unknown_recipient_domain", "permit_mx_backup",
        ];
        string[] domains =
        [
            "reject_rbl_client", "permit_dnswl_client", "reject_rhsbl_client", "permit_rhswl_client", "reject_rhsbl_reverse_client",
            "reject_rhsbl_helo", "reject_rhsbl_sender", "reject_rhsbl_recipient",
        ];
        string[] tables =
        [
            "check_client_a_access", "check_client_mx_access", "check_client_ns_access",
            "check_reverse_client_hostname_a_access", "check_reverse_client_hostname_mx_access", "check_reverse_client_hostname_ns_access",
            "check_helo_a_access", "check_helo_mx_access", "check_helo_ns_access", "check_sender_a_access", "check_sender_mx_access",
            "check_sender_ns_access", "check_recipient_a_access", "check_recipient_mx_access", "check_recipient_ns_access",
        ];
        foreach (string name in plain) yield return new RestrictionWord(name, ArgumentKind.None, null);
        foreach (string name in domains) yield return new RestrictionWord(name, ArgumentKind.Text, null);
        foreach (string name in tables) yield return new RestrictionWord(name, ArgumentKind.Table, null);
    }
}

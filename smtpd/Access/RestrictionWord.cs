using MtaSuite.Common.Dns;

namespace MtaSuite.Smtpd.Access;

/// <summary>What follows a restriction's name in a list.</summary>
internal enum ArgumentKind : byte { None, Table, Time, Zone, Server }

/// <summary>
/// One restriction: its name, its argument, and what it does, in a straight line: it awaits what it has to look up. Without a handler it is
/// known and not there yet.
/// </summary>
internal sealed record RestrictionWord(string Name, ArgumentKind Argument, Func<AccessContext, RestrictionStep, ValueTask<Verdict>>? Judge)
{
    /// <summary>Whatever follows in the list is never reached.</summary>
    public bool IsFinal { get; init; }

    public bool IsAvailable => Judge is not null;
}

/// <summary>A restriction with its argument, as it stands in one list.</summary>
internal sealed class RestrictionStep(RestrictionWord word)
{
    public RestrictionWord Word { get; } = word;
    public string Argument = "";
    public TimeSpan Time;
    public AccessTable? Table;
    public DnsblZone? Zone;
    public PolicyServer? Policy;
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
            new("greylist", ArgumentKind.None, GreylistWords.JudgeAsync),
            new("sleep", ArgumentKind.Time, GenericWords.SleepAsync),
            new("check_policy_service", ArgumentKind.Server, PolicyWords.AskAsync),
            new("check_address_map", ArgumentKind.Table, null),
            // client
            new("permit_mynetworks", ArgumentKind.None, ClientWords.PermitMynetworksAsync),
            new("permit_inet_interfaces", ArgumentKind.None, ClientWords.PermitInetInterfaces),
            new("permit_sasl_authenticated", ArgumentKind.None, ClientWords.PermitSaslAuthenticated),
            new("permit_tls_clientcerts", ArgumentKind.None, CertificateWords.PermitListedAsync),
            new("permit_tls_all_clientcerts", ArgumentKind.None, CertificateWords.PermitTrusted),
            new("check_ccert_access", ArgumentKind.Table, CertificateWords.CheckAccessAsync),
            new("check_client_access", ArgumentKind.Table, ClientWords.CheckAccessAsync),
            new("check_sasl_access", ArgumentKind.Table, LoginWords.CheckSaslAccessAsync),
            new("check_reverse_client_hostname_access", ArgumentKind.Table, ClientWords.CheckReverseAccessAsync),
            new("reject_unknown_client_hostname", ArgumentKind.None, UnknownWords.RejectClient),
            new("reject_unknown_client", ArgumentKind.None, UnknownWords.RejectClient),
            new("reject_unknown_reverse_client_hostname", ArgumentKind.None, UnknownWords.RejectReverseClient),
            new("reject_rbl_client", ArgumentKind.Zone, DnsblWords.RejectClientAsync),
            new("permit_dnswl_client", ArgumentKind.Zone, DnsblWords.PermitClientAsync),
            new("reject_rhsbl_client", ArgumentKind.Zone, DnsblWords.RejectClientDomainAsync),
            new("permit_rhswl_client", ArgumentKind.Zone, DnsblWords.PermitClientDomainAsync),
            new("reject_rhsbl_reverse_client", ArgumentKind.Zone, DnsblWords.RejectReverseClientDomainAsync),
            // helo
            new("check_helo_access", ArgumentKind.Table, HeloWords.CheckAccessAsync),
            new("reject_invalid_helo_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_invalid_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_non_fqdn_helo_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            new("reject_non_fqdn_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            new("reject_unknown_helo_hostname", ArgumentKind.None, UnknownWords.RejectHeloAsync),
            new("reject_unknown_hostname", ArgumentKind.None, UnknownWords.RejectHeloAsync),
            new("reject_rhsbl_helo", ArgumentKind.Zone, DnsblWords.RejectHeloDomainAsync),
            // sender
            new("check_sender_access", ArgumentKind.Table, AddressWords.CheckSenderAccessAsync),
            new("reject_non_fqdn_sender", ArgumentKind.None, AddressWords.RejectNonFqdnSender),
            new("reject_unlisted_sender", ArgumentKind.None, AddressWords.RejectUnlistedSenderAsync),
            new("reject_unverified_sender", ArgumentKind.None, ProbeWords.RejectUnverifiedSenderAsync),
            new("reject_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectMismatchAsync),
            new("reject_known_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectKnownMismatchAsync),
            new("reject_authenticated_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectAuthenticatedMismatchAsync),
            new("reject_unauthenticated_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectUnauthenticatedMismatchAsync),
            new("reject_unknown_sender_domain", ArgumentKind.None, UnknownWords.RejectSenderAsync),
            new("reject_unknown_address", ArgumentKind.None, UnknownWords.RejectSenderAsync),
            new("reject_rhsbl_sender", ArgumentKind.Zone, DnsblWords.RejectSenderDomainAsync),
            // recipient
            new("reject_unverified_recipient", ArgumentKind.None, ProbeWords.RejectUnverifiedRecipientAsync),
            new("check_recipient_access", ArgumentKind.Table, AddressWords.CheckRecipientAccessAsync),
            new("reject_non_fqdn_recipient", ArgumentKind.None, AddressWords.RejectNonFqdnRecipient),
            new("reject_unlisted_recipient", ArgumentKind.None, AddressWords.RejectUnlistedRecipientAsync),
            new("check_recipient_maps", ArgumentKind.None, AddressWords.RejectUnlistedRecipientAsync),
            new("permit_auth_destination", ArgumentKind.None, AddressWords.PermitAuthDestinationAsync),
            new("reject_unauth_destination", ArgumentKind.None, AddressWords.RejectUnauthDestinationAsync),
            new("defer_unauth_destination", ArgumentKind.None, AddressWords.DeferUnauthDestinationAsync),
            new("reject_multi_recipient_bounce", ArgumentKind.None, AddressWords.RejectMultiRecipientBounce),
            new("reject_unknown_recipient_domain", ArgumentKind.None, UnknownWords.RejectRecipientAsync),
            new("reject_rhsbl_recipient", ArgumentKind.Zone, DnsblWords.RejectRecipientDomainAsync),
            new("permit_mx_backup", ArgumentKind.None, MxBackupWords.PermitAsync),
            // etrn
            new("check_etrn_access", ArgumentKind.Table, HeloWords.CheckEtrnAccessAsync),
            .. OfServers(),
        ];
        return words.ToDictionary(w => w.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>check_client_mx_access and its like: tables about a domain's addresses, mail servers and name servers.</summary>
    private static IEnumerable<RestrictionWord> OfServers()
    {
        foreach ((string infix, DnsType type) in new[] { ("a", DnsType.A), ("mx", DnsType.MX), ("ns", DnsType.NS) })
        {
            yield return new($"check_client_{infix}_access", ArgumentKind.Table, ServerAccessWords.Client(type));
            yield return new($"check_reverse_client_hostname_{infix}_access", ArgumentKind.Table,
                ServerAccessWords.ReverseClient(type));
            yield return new($"check_helo_{infix}_access", ArgumentKind.Table, ServerAccessWords.Helo(type));
            yield return new($"check_sender_{infix}_access", ArgumentKind.Table, ServerAccessWords.Sender(type));
            yield return new($"check_recipient_{infix}_access", ArgumentKind.Table,
                ServerAccessWords.Recipient(type));
        }
    }
}

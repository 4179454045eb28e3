using MtaSuite.Common.Dns;

namespace MtaSuite.Smtpd.Access;

/// <summary>What follows a restriction's name in a list.</summary>
internal enum ArgumentKind : byte { None, Table, Time, Zone, Server }

/// <summary>
/// What a restriction asks beside the table in its argument, and what may therefore make it wait. See <see cref="SmtpServer.Slow"/>.
/// </summary>
[Flags]
internal enum Asks : byte
{
    Nothing = 0,
    /// <summary>Whose a destination is: mydestination, relay_domains, transport_maps ...</summary>
    Routes = 1,
    /// <summary>Who exists: local_recipient_maps, virtual_alias_maps, canonical_maps ...</summary>
    Recipients = 2,
    /// <summary>smtpd_sender_login_maps.</summary>
    Logins = 4,
    /// <summary>mynetworks.</summary>
    Networks = 8,
    /// <summary>relay_clientcerts.</summary>
    Certificates = 16,
    /// <summary>Who may do more than others, or less: smtpd_authorized_xclient_hosts, smtpd_discard_ehlo_keyword_address_maps ...</summary>
    Clients = 32,
    /// <summary>smtpd_reject_filter_maps, smtpd_reject_footer_maps.</summary>
    Refusals = 64,
    /// <summary>smtpd_noop_commands, smtpd_forbidden_commands.</summary>
    Commands = 128,
}

/// <summary>One restriction: its name, its argument, and what it does. Without a handler it is known and not there yet.</summary>
internal sealed record RestrictionWord(string Name, ArgumentKind Argument, Func<AccessContext, RestrictionStep, Verdict>? Judge)
{
    /// <summary>For the few that wait for something.</summary>
    public Func<AccessContext, RestrictionStep, ValueTask<Verdict>>? JudgeAsync { get; init; }

    /// <summary>Where any of this is slow, the restriction is judged on a thread.</summary>
    public Asks Asks { get; init; }

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
            new("sleep", ArgumentKind.Time, null) { JudgeAsync = GenericWords.SleepAsync },
            new("check_policy_service", ArgumentKind.Server, null) { JudgeAsync = PolicyWords.AskAsync },
            // client
            new("permit_mynetworks", ArgumentKind.None, ClientWords.PermitMynetworks) { Asks = Asks.Networks },
            new("permit_inet_interfaces", ArgumentKind.None, ClientWords.PermitInetInterfaces),
            new("permit_sasl_authenticated", ArgumentKind.None, ClientWords.PermitSaslAuthenticated),
            new("permit_tls_clientcerts", ArgumentKind.None, CertificateWords.PermitListed) { Asks = Asks.Certificates },
            new("permit_tls_all_clientcerts", ArgumentKind.None, CertificateWords.PermitTrusted),
            new("check_ccert_access", ArgumentKind.Table, CertificateWords.CheckAccess),
            new("check_client_access", ArgumentKind.Table, ClientWords.CheckAccess),
            new("check_sasl_access", ArgumentKind.Table, LoginWords.CheckSaslAccess),
            new("check_reverse_client_hostname_access", ArgumentKind.Table, ClientWords.CheckReverseAccess),
            new("reject_unknown_client_hostname", ArgumentKind.None, UnknownWords.RejectClient),
            new("reject_unknown_client", ArgumentKind.None, UnknownWords.RejectClient),
            new("reject_unknown_reverse_client_hostname", ArgumentKind.None, UnknownWords.RejectReverseClient),
            new("reject_rbl_client", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectClientAsync },
            new("permit_dnswl_client", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.PermitClientAsync },
            new("reject_rhsbl_client", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectClientDomainAsync },
            new("permit_rhswl_client", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.PermitClientDomainAsync },
            new("reject_rhsbl_reverse_client", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectReverseClientDomainAsync },
            // helo
            new("check_helo_access", ArgumentKind.Table, HeloWords.CheckAccess),
            new("reject_invalid_helo_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_invalid_hostname", ArgumentKind.None, HeloWords.RejectInvalid),
            new("reject_non_fqdn_helo_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            new("reject_non_fqdn_hostname", ArgumentKind.None, HeloWords.RejectNonFqdn),
            new("reject_unknown_helo_hostname", ArgumentKind.None, null) { JudgeAsync = UnknownWords.RejectHeloAsync },
            new("reject_unknown_hostname", ArgumentKind.None, null) { JudgeAsync = UnknownWords.RejectHeloAsync },
            new("reject_rhsbl_helo", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectHeloDomainAsync },
            // sender
            new("check_sender_access", ArgumentKind.Table, AddressWords.CheckSenderAccess) { Asks = Asks.Routes },
            new("reject_non_fqdn_sender", ArgumentKind.None, AddressWords.RejectNonFqdnSender),
            new("reject_unlisted_sender", ArgumentKind.None, null) { JudgeAsync = AddressWords.RejectUnlistedSenderAsync },
            new("reject_unverified_sender", ArgumentKind.None, null) { JudgeAsync = ProbeWords.RejectUnverifiedSenderAsync },
            new("reject_sender_login_mismatch", ArgumentKind.None, LoginWords.RejectMismatch) { Asks = Asks.Routes | Asks.Logins },
            new("reject_known_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectKnownMismatch) { Asks = Asks.Routes | Asks.Logins },
            new("reject_authenticated_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectAuthenticatedMismatch) { Asks = Asks.Routes | Asks.Logins },
            new("reject_unauthenticated_sender_login_mismatch", ArgumentKind.None,
                LoginWords.RejectUnauthenticatedMismatch) { Asks = Asks.Routes | Asks.Logins },
            new("reject_unknown_sender_domain", ArgumentKind.None, null) { JudgeAsync = UnknownWords.RejectSenderAsync },
            new("reject_unknown_address", ArgumentKind.None, null) { JudgeAsync = UnknownWords.RejectSenderAsync },
            new("reject_rhsbl_sender", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectSenderDomainAsync },
            // recipient
            new("reject_unverified_recipient", ArgumentKind.None, null) { JudgeAsync = ProbeWords.RejectUnverifiedRecipientAsync },
            new("check_recipient_access", ArgumentKind.Table, null) { JudgeAsync = AddressWords.CheckRecipientAccessAsync,
                Asks = Asks.Routes },
            new("reject_non_fqdn_recipient", ArgumentKind.None, AddressWords.RejectNonFqdnRecipient),
            new("reject_unlisted_recipient", ArgumentKind.None, null) { JudgeAsync = AddressWords.RejectUnlistedRecipientAsync },
            new("check_recipient_maps", ArgumentKind.None, null) { JudgeAsync = AddressWords.RejectUnlistedRecipientAsync },
            new("permit_auth_destination", ArgumentKind.None, AddressWords.PermitAuthDestination) { Asks = Asks.Routes },
            new("reject_unauth_destination", ArgumentKind.None, AddressWords.RejectUnauthDestination) { Asks = Asks.Routes },
            new("defer_unauth_destination", ArgumentKind.None, AddressWords.DeferUnauthDestination) { Asks = Asks.Routes },
            new("reject_multi_recipient_bounce", ArgumentKind.None, AddressWords.RejectMultiRecipientBounce),
            new("reject_unknown_recipient_domain", ArgumentKind.None, null) { JudgeAsync = UnknownWords.RejectRecipientAsync },
            new("reject_rhsbl_recipient", ArgumentKind.Zone, null) { JudgeAsync = DnsblWords.RejectRecipientDomainAsync },
            new("permit_mx_backup", ArgumentKind.None, null) { JudgeAsync = MxBackupWords.PermitAsync },
            // etrn
            new("check_etrn_access", ArgumentKind.Table, HeloWords.CheckEtrnAccess),
            .. OfServers(),
        ];
        return words.ToDictionary(w => w.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>check_client_mx_access and its like: tables about a domain's addresses, mail servers and name servers.</summary>
    private static IEnumerable<RestrictionWord> OfServers()
    {
        foreach ((string infix, DnsType type) in new[] { ("a", DnsType.A), ("mx", DnsType.MX), ("ns", DnsType.NS) })
        {
            yield return new($"check_client_{infix}_access", ArgumentKind.Table, null) { JudgeAsync = ServerAccessWords.Client(type) };
            yield return new($"check_reverse_client_hostname_{infix}_access", ArgumentKind.Table,
                null)
            { JudgeAsync = ServerAccessWords.ReverseClient(type) };
            yield return new($"check_helo_{infix}_access", ArgumentKind.Table, null) { JudgeAsync = ServerAccessWords.Helo(type) };
            yield return new($"check_sender_{infix}_access", ArgumentKind.Table, null) { JudgeAsync = ServerAccessWords.Sender(type) };
            yield return new($"check_recipient_{infix}_access", ArgumentKind.Table,
                null)
            { JudgeAsync = ServerAccessWords.Recipient(type) };
        }
    }
}

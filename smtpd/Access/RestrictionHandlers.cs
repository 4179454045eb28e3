using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;

namespace MtaSuite.Smtpd.Access;

/// <summary>What each restriction of <see cref="RestrictionWords"/> does. One without a handler is known and not there yet.</summary>
internal static class RestrictionHandlers
{
    private static readonly Dictionary<Restriction, RestrictionHandler> s_handlers = new()
    {
        // at any stage
        [RestrictionWords.Permit] = GenericWords.Permit,
        [RestrictionWords.Defer] = GenericWords.Defer,
        [RestrictionWords.Reject] = GenericWords.Reject,
        [RestrictionWords.DeferIfPermit] = GenericWords.DeferIfPermit,
        [RestrictionWords.DeferIfReject] = GenericWords.DeferIfReject,
        [RestrictionWords.RejectUnauthPipelining] = GenericWords.RejectUnauthPipelining,
        [RestrictionWords.RejectPlaintextSession] = GenericWords.RejectPlaintextSession,
        [RestrictionWords.Greylist] = GreylistWords.CheckAsync,
        [RestrictionWords.Sleep] = GenericWords.SleepAsync,
        [RestrictionWords.CheckPolicyService] = PolicyWords.AskAsync,
        // about the client
        [RestrictionWords.PermitMynetworks] = ClientWords.PermitMynetworksAsync,
        [RestrictionWords.PermitInetInterfaces] = ClientWords.PermitInetInterfaces,
        [RestrictionWords.PermitSaslAuthenticated] = ClientWords.PermitSaslAuthenticated,
        [RestrictionWords.PermitTlsClientcerts] = CertificateWords.PermitListedAsync,
        [RestrictionWords.PermitTlsAllClientcerts] = CertificateWords.PermitTrusted,
        [RestrictionWords.CheckCcertAccess] = CertificateWords.CheckAccessAsync,
        [RestrictionWords.CheckClientAccess] = ClientWords.CheckAccessAsync,
        [RestrictionWords.CheckSaslAccess] = LoginWords.CheckSaslAccessAsync,
        [RestrictionWords.CheckReverseClientHostnameAccess] = ClientWords.CheckReverseAccessAsync,
        [RestrictionWords.RejectUnknownClientHostname] = UnknownWords.RejectClient,
        [RestrictionWords.RejectUnknownReverseClientHostname] = UnknownWords.RejectReverseClient,
        [RestrictionWords.RejectRblClient] = DnsblWords.RejectClientAsync,
        [RestrictionWords.PermitDnswlClient] = DnsblWords.PermitClientAsync,
        [RestrictionWords.RejectRhsblClient] = DnsblWords.RejectClientDomainAsync,
        [RestrictionWords.PermitRhswlClient] = DnsblWords.PermitClientDomainAsync,
        [RestrictionWords.RejectRhsblReverseClient] = DnsblWords.RejectReverseClientDomainAsync,
        // about the name in HELO
        [RestrictionWords.CheckHeloAccess] = HeloWords.CheckAccessAsync,
        [RestrictionWords.RejectInvalidHeloHostname] = HeloWords.RejectInvalid,
        [RestrictionWords.RejectNonFqdnHeloHostname] = HeloWords.RejectNonFqdn,
        [RestrictionWords.RejectUnknownHeloHostname] = UnknownWords.RejectHeloAsync,
        [RestrictionWords.RejectRhsblHelo] = DnsblWords.RejectHeloDomainAsync,
        // about the sender
        [RestrictionWords.CheckSenderAccess] = AddressWords.CheckSenderAccessAsync,
        [RestrictionWords.RejectNonFqdnSender] = AddressWords.RejectNonFqdnSender,
        [RestrictionWords.RejectUnlistedSender] = AddressWords.RejectUnlistedSenderAsync,
        [RestrictionWords.RejectUnverifiedSender] = ProbeWords.RejectUnverifiedSenderAsync,
        [RestrictionWords.RejectSenderLoginMismatch] = LoginWords.RejectMismatchAsync,
        [RestrictionWords.RejectKnownSenderLoginMismatch] = LoginWords.RejectKnownMismatchAsync,
        [RestrictionWords.RejectAuthenticatedSenderLoginMismatch] = LoginWords.RejectAuthenticatedMismatchAsync,
        [RestrictionWords.RejectUnauthenticatedSenderLoginMismatch] = LoginWords.RejectUnauthenticatedMismatchAsync,
        [RestrictionWords.RejectUnknownSenderDomain] = UnknownWords.RejectSenderAsync,
        [RestrictionWords.RejectRhsblSender] = DnsblWords.RejectSenderDomainAsync,
        // about the recipient
        [RestrictionWords.RejectUnverifiedRecipient] = ProbeWords.RejectUnverifiedRecipientAsync,
        [RestrictionWords.CheckRecipientAccess] = AddressWords.CheckRecipientAccessAsync,
        [RestrictionWords.RejectNonFqdnRecipient] = AddressWords.RejectNonFqdnRecipient,
        [RestrictionWords.RejectUnlistedRecipient] = AddressWords.RejectUnlistedRecipientAsync,
        [RestrictionWords.PermitAuthDestination] = AddressWords.PermitAuthDestinationAsync,
        [RestrictionWords.RejectUnauthDestination] = AddressWords.RejectUnauthDestinationAsync,
        [RestrictionWords.DeferUnauthDestination] = AddressWords.DeferUnauthDestinationAsync,
        [RestrictionWords.RejectMultiRecipientBounce] = AddressWords.RejectMultiRecipientBounce,
        [RestrictionWords.RejectUnknownRecipientDomain] = UnknownWords.RejectRecipientAsync,
        [RestrictionWords.RejectRhsblRecipient] = DnsblWords.RejectRecipientDomainAsync,
        [RestrictionWords.PermitMxBackup] = MxBackupWords.PermitAsync,
        // about the domain in ETRN
        [RestrictionWords.CheckEtrnAccess] = HeloWords.CheckEtrnAccessAsync,
    };

    static RestrictionHandlers()
    {
        DnsType[] types = [DnsType.A, DnsType.MX, DnsType.NS];
        for (int i = 0; i < types.Length; i++)
        {
            s_handlers[RestrictionWords.CheckClientServers[i]] = ServerAccessWords.Client(types[i]);
            s_handlers[RestrictionWords.CheckReverseClientServers[i]] = ServerAccessWords.ReverseClient(types[i]);
            s_handlers[RestrictionWords.CheckHeloServers[i]] = ServerAccessWords.Helo(types[i]);
            s_handlers[RestrictionWords.CheckSenderServers[i]] = ServerAccessWords.Sender(types[i]);
            s_handlers[RestrictionWords.CheckRecipientServers[i]] = ServerAccessWords.Recipient(types[i]);
        }
    }

    public static RestrictionHandler? Of(Restriction restriction) => s_handlers.GetValueOrDefault(restriction);
}

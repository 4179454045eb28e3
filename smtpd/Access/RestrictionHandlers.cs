using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;

namespace MtaSuite.Smtpd.Access;

/// <summary>What each restriction of <see cref="RestrictionWords"/> does. One without a handler is known and not there yet.</summary>
internal static class RestrictionHandlers
{
    private static readonly Dictionary<Restriction, RestrictionHandler> s_handlers = WithServers(new()
    {
        // at any stage
        [RestrictionWords.Permit] = GeneralRestrictions.Permit,
        [RestrictionWords.Defer] = GeneralRestrictions.Defer,
        [RestrictionWords.Reject] = GeneralRestrictions.Reject,
        [RestrictionWords.DeferIfPermit] = GeneralRestrictions.DeferIfPermit,
        [RestrictionWords.DeferIfReject] = GeneralRestrictions.DeferIfReject,
        [RestrictionWords.RejectUnauthPipelining] = GeneralRestrictions.RejectUnauthPipelining,
        [RestrictionWords.RejectPlaintextSession] = GeneralRestrictions.RejectPlaintextSession,
        [RestrictionWords.Greylist] = GreylistRestriction.CheckAsync,
        [RestrictionWords.Sleep] = GeneralRestrictions.SleepAsync,
        [RestrictionWords.CheckPolicyService] = PolicyServiceRestriction.AskAsync,
        // about the client
        [RestrictionWords.PermitMynetworks] = ClientRestrictions.PermitMynetworksAsync,
        [RestrictionWords.PermitInetInterfaces] = ClientRestrictions.PermitInetInterfaces,
        [RestrictionWords.PermitSaslAuthenticated] = ClientRestrictions.PermitSaslAuthenticated,
        [RestrictionWords.PermitTlsClientcerts] = CertificateRestrictions.PermitListedAsync,
        [RestrictionWords.PermitTlsAllClientcerts] = CertificateRestrictions.PermitTrusted,
        [RestrictionWords.CheckCcertAccess] = CertificateRestrictions.CheckAccessAsync,
        [RestrictionWords.CheckClientAccess] = ClientRestrictions.CheckAccessAsync,
        [RestrictionWords.CheckSaslAccess] = LoginRestrictions.CheckSaslAccessAsync,
        [RestrictionWords.CheckReverseClientHostnameAccess] = ClientRestrictions.CheckReverseAccessAsync,
        [RestrictionWords.RejectUnknownClientHostname] = UnknownNameRestrictions.RejectClient,
        [RestrictionWords.RejectUnknownReverseClientHostname] = UnknownNameRestrictions.RejectReverseClient,
        [RestrictionWords.RejectRblClient] = DnsblRestrictions.RejectClientAsync,
        [RestrictionWords.PermitDnswlClient] = DnsblRestrictions.PermitClientAsync,
        [RestrictionWords.RejectRhsblClient] = DnsblRestrictions.RejectClientDomainAsync,
        [RestrictionWords.PermitRhswlClient] = DnsblRestrictions.PermitClientDomainAsync,
        [RestrictionWords.RejectRhsblReverseClient] = DnsblRestrictions.RejectReverseClientDomainAsync,
        // about the name in HELO
        [RestrictionWords.CheckHeloAccess] = HeloRestrictions.CheckAccessAsync,
        [RestrictionWords.RejectInvalidHeloHostname] = HeloRestrictions.RejectInvalid,
        [RestrictionWords.RejectNonFqdnHeloHostname] = HeloRestrictions.RejectNonFqdn,
        [RestrictionWords.RejectUnknownHeloHostname] = UnknownNameRestrictions.RejectHeloAsync,
        [RestrictionWords.RejectRhsblHelo] = DnsblRestrictions.RejectHeloDomainAsync,
        // about the sender
        [RestrictionWords.CheckSenderAccess] = AddressRestrictions.CheckSenderAccessAsync,
        [RestrictionWords.RejectNonFqdnSender] = AddressRestrictions.RejectNonFqdnSender,
        [RestrictionWords.RejectUnlistedSender] = AddressRestrictions.RejectUnlistedSenderAsync,
        [RestrictionWords.RejectUnverifiedSender] = VerifyRestrictions.RejectUnverifiedSenderAsync,
        [RestrictionWords.RejectSenderLoginMismatch] = LoginRestrictions.RejectMismatchAsync,
        [RestrictionWords.RejectKnownSenderLoginMismatch] = LoginRestrictions.RejectKnownMismatchAsync,
        [RestrictionWords.RejectAuthenticatedSenderLoginMismatch] = LoginRestrictions.RejectAuthenticatedMismatchAsync,
        [RestrictionWords.RejectUnauthenticatedSenderLoginMismatch] = LoginRestrictions.RejectUnauthenticatedMismatchAsync,
        [RestrictionWords.RejectUnknownSenderDomain] = UnknownNameRestrictions.RejectSenderAsync,
        [RestrictionWords.RejectRhsblSender] = DnsblRestrictions.RejectSenderDomainAsync,
        // about the recipient
        [RestrictionWords.RejectUnverifiedRecipient] = VerifyRestrictions.RejectUnverifiedRecipientAsync,
        [RestrictionWords.CheckRecipientAccess] = AddressRestrictions.CheckRecipientAccessAsync,
        [RestrictionWords.RejectNonFqdnRecipient] = AddressRestrictions.RejectNonFqdnRecipient,
        [RestrictionWords.RejectUnlistedRecipient] = AddressRestrictions.RejectUnlistedRecipientAsync,
        [RestrictionWords.PermitAuthDestination] = AddressRestrictions.PermitAuthDestinationAsync,
        [RestrictionWords.RejectUnauthDestination] = AddressRestrictions.RejectUnauthDestinationAsync,
        [RestrictionWords.DeferUnauthDestination] = AddressRestrictions.DeferUnauthDestinationAsync,
        [RestrictionWords.RejectMultiRecipientBounce] = AddressRestrictions.RejectMultiRecipientBounce,
        [RestrictionWords.RejectUnknownRecipientDomain] = UnknownNameRestrictions.RejectRecipientAsync,
        [RestrictionWords.RejectRhsblRecipient] = DnsblRestrictions.RejectRecipientDomainAsync,
        [RestrictionWords.PermitMxBackup] = MxBackupRestriction.PermitAsync,
        // about the domain in ETRN
        [RestrictionWords.CheckEtrnAccess] = HeloRestrictions.CheckEtrnAccessAsync,
    });

    public static RestrictionHandler? Of(Restriction restriction) => s_handlers.GetValueOrDefault(restriction);

    /// <summary>Adds check_client_mx_access and its like: one handler for each type of record.</summary>
    private static Dictionary<Restriction, RestrictionHandler> WithServers(Dictionary<Restriction, RestrictionHandler> handlers)
    {
        DnsType[] types = [DnsType.A, DnsType.MX, DnsType.NS];
        for (int i = 0; i < types.Length; i++)
        {
            handlers[RestrictionWords.CheckClientServers[i]] = ServerAccessRestrictions.Client(types[i]);
            handlers[RestrictionWords.CheckReverseClientServers[i]] = ServerAccessRestrictions.ReverseClient(types[i]);
            handlers[RestrictionWords.CheckHeloServers[i]] = ServerAccessRestrictions.Helo(types[i]);
            handlers[RestrictionWords.CheckSenderServers[i]] = ServerAccessRestrictions.Sender(types[i]);
            handlers[RestrictionWords.CheckRecipientServers[i]] = ServerAccessRestrictions.Recipient(types[i]);
        }
        return handlers;
    }
}

namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of <c>mailauth</c>, which signs and checks mail: SPF, DKIM, DMARC, ARC. They are of our own.</summary>
public static class MailauthParams
{
    public static readonly TextParam MailauthArcSeal = new("mailauth_arc_seal", "",
        doc: "Key that seals checked mail (ARC), SELECTOR:/path/key.pem or SELECTOR:/path/key.pem:DOMAIN; empty: mail is not sealed.");
    public static readonly TextParam MailauthAuthservId = new("mailauth_authserv_id", "$myhostname", required: true,
        doc: "Name under which results are written into Authentication-Results, and under which those of others are removed.");
    public static readonly TextParam MailauthCanonicalization = new("mailauth_canonicalization", "relaxed/relaxed",
        words: "relaxed/relaxed|relaxed/simple|simple/relaxed|simple/simple",
        doc: "Canonicalization of header and body in signatures that are made.");
    public static readonly IntParam MailauthConnectionLimit = new("mailauth_connection_limit", "5000", min: 1,
        doc: "Connections of mail servers that a process serves at once; others wait.");
    public static readonly TextParam MailauthDmarcAction = new("mailauth_dmarc_action", "none",
        words: "none|mark|quarantine|reject|record",
        doc: "What to do with mail that fails DMARC where its domain asks for quarantine or reject: none, mark, quarantine, reject, "
            + "record (what the domain asks for).");
    public static readonly TimeParam MailauthDnsTimeout = new("mailauth_dns_timeout", "20s", min: "1s", max: "200s",
        doc: "Longest time that one of the checks of a message may wait for the DNS; later the result is temperror.");
    public static readonly IntParam MailauthHeaderSizeLimit = new("mailauth_header_size_limit", "102400", min: 4096, max: 1048576,
        doc: "Largest header section that is signed or whose signatures are checked, bytes.");
    public static readonly TextParam MailauthOversignedFields = new("mailauth_oversigned_fields",
        "From, Reply-To, Subject, Date, To, Cc, Message-ID, MIME-Version, Content-Type, Content-Transfer-Encoding",
        doc: "Header fields that are signed once more than they are there, so that none can be added.");
    public static readonly BoolParam MailauthReceivedSpf = new("mailauth_received_spf", "no",
        doc: "Also write the result of SPF as a Received-SPF header field.");
    public static readonly TimeParam MailauthSignatureLifetime = new("mailauth_signature_lifetime", "0s",
        doc: "Time after which signatures that are made expire (x=); 0: never.");
    public static readonly IntParam MailauthSignatureLimit = new("mailauth_signature_limit", "5", min: 1, max: 100,
        doc: "DKIM signatures of one message that are checked; those of the author's domain come first.");
    public static readonly TextParam MailauthSignedFields = new("mailauth_signed_fields",
        "From, Reply-To, Subject, Date, To, Cc, Message-ID, In-Reply-To, References, MIME-Version, Content-Type, "
            + "Content-Transfer-Encoding, Content-Disposition, Content-ID, Content-Description, Sender, Resent-From, Resent-Date, "
            + "Resent-To, Resent-Cc, Resent-Message-ID, List-Unsubscribe, List-Unsubscribe-Post, Feedback-ID, Autocrypt",
        doc: "Header fields that are signed where they are there; From always is.");
    public static readonly BoolParam MailauthSignRequired = new("mailauth_sign_required", "yes",
        doc: "Refuse mail, mostly for now, that is to be signed by mailauth_signing_table and cannot be; no: send it without a signature.");
    public static readonly TextParam MailauthSigningTable = new("mailauth_signing_table", "",
        doc: "Tables with the keys that sign mail of a sender: address, login, domain or .parent to SELECTOR:/path/key.pem, ...");
    public static readonly TextParam MailauthTrustedNetworks = new("mailauth_trusted_networks", "$mynetworks",
        doc: "Clients whose mail is signed instead of checked, as that of users who have logged in.");
    public static readonly TextParam MailauthTrustedSealers = new("mailauth_trusted_sealers", "",
        doc: "Domains whose ARC seals count: mail that passed DMARC where they took it in does not fail here.");
    public static readonly BoolParam MailauthVerify = new("mailauth_verify", "yes",
        doc: "Check mail of other clients: SPF, DKIM, ARC, DMARC.");

    public static IReadOnlyList<Param> All { get; } =
    [
        MailauthArcSeal, MailauthAuthservId, MailauthCanonicalization, MailauthConnectionLimit, MailauthDmarcAction, MailauthDnsTimeout,
        MailauthHeaderSizeLimit, MailauthOversignedFields, MailauthReceivedSpf, MailauthSignatureLifetime, MailauthSignatureLimit,
        MailauthSignedFields, MailauthSignRequired, MailauthSigningTable, MailauthTrustedNetworks, MailauthTrustedSealers, MailauthVerify,
    ];
}

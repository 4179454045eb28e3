namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of reports about TLS (RFC 8460), made here.</summary>
public static class TlsReportParams
{
    public static readonly TextParam TlsrptCAfile = new("tlsrpt_CAfile", "",
        doc: "File of the authorities for the web servers that take reports; empty is the system's.");
    public static readonly TextParam TlsrptContactInfo = new("tlsrpt_contact_info", "postmaster@$mydomain",
        doc: "Whom to ask about our reports on TLS: contact-info.");
    public static readonly IntParam TlsrptDetailLimit = new("tlsrpt_detail_limit", "100", min: 1, max: 1000,
        doc: "Kinds of failures in a report, for each policy.");
    public static readonly IntParam TlsrptDomainLimit = new("tlsrpt_domain_limit", "10000", min: 1,
        doc: "Domains that are reported to at most, a day.");
    public static readonly TextParam TlsrptOrganizationName = new("tlsrpt_organization_name", "$mydomain", required: true,
        doc: "Who reports: organization-name.");
    public static readonly TimeParam TlsrptRandomDelay = new("tlsrpt_random_delay", "4h",
        doc: "Longest time after midnight UTC until a report is sent; each has its own.");
    public static readonly TextParam TlsrptSender = new("tlsrpt_sender", "postmaster@$mydomain", required: true,
        doc: "Sender of reports on TLS; its domain is the submitter.");
    public static readonly TextParam TlsrptServiceName = new("tlsrpt_service_name", "tlsrpt", required: true,
        doc: "The service of master.cf that collects and sends them.");

    public static IReadOnlyList<Param> All { get; } =
        [TlsrptCAfile, TlsrptContactInfo, TlsrptDetailLimit, TlsrptDomainLimit, TlsrptOrganizationName, TlsrptRandomDelay, TlsrptSender,
        TlsrptServiceName];
}

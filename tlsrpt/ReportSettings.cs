using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tlsrpt;

/// <summary>What reports depend on, read from the parameters once.</summary>
internal sealed record ReportSettings
{
    public string Organization { get; init; } = "";
    public string Contact { get; init; } = "";
    /// <summary>The address that reports come from.</summary>
    public string Sender { get; init; } = "";
    /// <summary>As <see cref="Common.Http.WebCall.AuthorityFile"/>.</summary>
    public string AuthorityFile { get; init; } = "";
    public string MyHostname { get; init; } = "localhost";
    public int DomainLimit { get; init; } = 10_000;
    public int DetailLimit { get; init; } = 100;
    public TimeSpan RandomDelay { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The domain that reports: TLS-Report-Submitter.</summary>
    public string Submitter => Sender[(Sender.LastIndexOf('@') + 1)..];

    public static ReportSettings Read(MailConfig config)
    {
        string sender = config.Get(TlsReportParams.TlsrptSender);
        return new ReportSettings
        {
            Organization = config.Get(TlsReportParams.TlsrptOrganizationName),
            Contact = config.Get(TlsReportParams.TlsrptContactInfo),
            Sender = sender.Contains('@') ? sender : $"{sender}@{config.Get(CommonParams.Myorigin)}",
            AuthorityFile = config.Get(TlsReportParams.TlsrptCAfile),
            MyHostname = config.Get(CommonParams.Myhostname),
            DomainLimit = config.Get(TlsReportParams.TlsrptDomainLimit),
            DetailLimit = config.Get(TlsReportParams.TlsrptDetailLimit),
            RandomDelay = config.Get(TlsReportParams.TlsrptRandomDelay),
        };
    }
}

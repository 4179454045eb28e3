using MtaSuite.Common.Hosting;

namespace MtaSuite.Tlsrpt;

/// <summary>The service tlsrpt.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            tlsrpt - reports on the TLS sessions of outgoing mail

        SYNOPSIS
            started by master

        DESCRIPTION
            Counts the TLS sessions of outgoing mail by the domains that ask for reports on them, and sends each such domain one report a
            day, by mail or HTTPS (smtp_tlsrpt_enable). What is counted is kept in tlsrpt.journal in the data directory.

        PARAMETERS
            tlsrpt_..., smtp_tlsrpt_enable

        STANDARDS
            RFC 8460 (SMTP TLS reporting)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args) => ServiceHost.Run(args, new ServiceSpec
    {
        Name = "tlsrpt",
        Manual = Manual,
        Start = context => new TlsReportService(context),
    });
}

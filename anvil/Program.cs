using MtaSuite.Anvil.Greylist;
using MtaSuite.Anvil.Policies;
using MtaSuite.Anvil.Probes;
using MtaSuite.Anvil.TlsReports;
using MtaSuite.Common.Hosting;

namespace MtaSuite.Anvil;

/// <summary>The program.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            anvil - what several daemons count or remember together

        SYNOPSIS
            started by master

        DESCRIPTION
            As anvil: counts connections, messages, recipients, new TLS sessions and logins of clients over all processes of a service, and
            logs the highest counts and rates from time to time. Nothing of it is kept on disk.
            As greylist: remembers which clients have written to whom (restriction greylist), in greylist.journal in the data directory.
            As verify: remembers which addresses can be delivered to, and sends probe messages to find out. A probe goes the way of all mail
            up to the point where content would be delivered, and ends there.
            As sts: looks for the MTA-STS policies of domains (RFC 8461) by DNS and HTTPS, and keeps them, on disk as well.
            As tlsrpt: counts the TLS sessions of outgoing mail by the domains that ask for reports on them, and sends each such domain one
            report a day, by mail or HTTPS (smtp_tlsrpt_enable). What is counted is kept in tlsrpt.journal in the data directory.

        PARAMETERS
            anvil_rate_time_unit, anvil_status_update_time; greylist_...; address_verify_...; mta_sts_...; tlsrpt_...

        STANDARDS
            RFC 8460 (SMTP TLS reporting), RFC 8461 (MTA-STS)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "anvil",
            Manual = Manual,
            Start = context => context.Command switch
            {
                "greylist" => new GreylistService(context),
                "verify" => new VerifyService(context),
                "sts" => new StsService(context),
                "tlsrpt" => new TlsReportService(context),
                _ => new AnvilService(context),
            },
        });
    }
}

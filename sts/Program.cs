using MtaSuite.Common.Hosting;

namespace MtaSuite.Sts;

/// <summary>The service sts.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            sts - MTA-STS policies of the domains that mail goes to

        SYNOPSIS
            started by master

        DESCRIPTION
            Looks for the MTA-STS policy of a domain by DNS and HTTPS when a delivery agent asks, and keeps it, on disk as well, for as
            long as the policy says.

        PARAMETERS
            mta_sts_...

        STANDARDS
            RFC 8461 (MTA-STS)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args) => ServiceHost.Run(args, new ServiceSpec
    {
        Name = "sts",
        Manual = Manual,
        Start = context => new StsService(context),
    });
}

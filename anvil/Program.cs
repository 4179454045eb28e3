using MtaSuite.Common.Hosting;

namespace MtaSuite.Anvil;

/// <summary>The service anvil.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            anvil - counts what clients do over all processes of a service

        SYNOPSIS
            started by master

        DESCRIPTION
            Counts connections, messages, recipients, new TLS sessions and logins of clients over all processes of a service, and logs the
            highest counts and rates from time to time. Nothing of it is kept on disk.

        PARAMETERS
            anvil_rate_time_unit, anvil_status_update_time

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args) => ServiceHost.Run(args, new ServiceSpec
    {
        Name = "anvil",
        Manual = Manual,
        Start = context => new AnvilService(context),
    });
}

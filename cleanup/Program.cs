using MtaSuite.Common.Hosting;

namespace MtaSuite.Cleanup;

/// <summary>Completes messages and writes them into the queue.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            cleanup - completes messages and writes them into the queue

        SYNOPSIS
            started by master

        DESCRIPTION
            The only writer of new queue files. Takes messages from smtpd, pickup, bounce and local, adds missing headers, rewrites
            addresses, expands virtual aliases, and writes one file for each message into the incoming queue. A message is acknowledged
            only when its file and its name, or a copy in the journal, are on stable storage; then qmgr is notified.

        STANDARDS
            RFC 5321 (message transfer), RFC 5322 (message format), RFC 3461 (notification requests), RFC 6531 (internationalised mail)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "cleanup",
            Manual = Manual,
            Start = context => new CleanupService(context),
        });
    }
}

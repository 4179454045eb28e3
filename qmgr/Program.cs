using MtaSuite.Common.Hosting;

namespace MtaSuite.Qmgr;

/// <summary>The program.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            qmgr - the queue manager

        SYNOPSIS
            started by master

        DESCRIPTION
            Knows every message in the queue, decides how and when each recipient is delivered, hands jobs to the delivery agents within the
            limits of their transports and destinations, and acts on the outcomes: removes what is done, has failures reported, tries again
            what failed for now. After a crash it finds everything again in the queue's folders.

        STANDARDS
            RFC 5321 4.5.4 (retry strategies), RFC 3461 (delivery status notifications)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "qmgr",
            Manual = Manual,
            Resident = true,
            Start = context => new QmgrService(context),
        });
    }
}

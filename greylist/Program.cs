using MtaSuite.Common.Hosting;

namespace MtaSuite.Greylist;

/// <summary>The service greylist.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            greylist - remembers which clients have written to whom

        SYNOPSIS
            started by master

        DESCRIPTION
            Answers the restriction greylist of smtpd for all its processes: a client, sender and recipient that are new are put off for a
            while, and clients that have come back often enough are let in at once. Its records are kept in greylist.journal in the data
            directory and survive a restart.

        PARAMETERS
            data_directory, greylist_...

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args) => ServiceHost.Run(args, new ServiceSpec
    {
        Name = "greylist",
        Manual = Manual,
        Start = context => new GreylistService(context),
    });
}

using MtaSuite.Common.Hosting;

namespace MtaSuite.Showq;

/// <summary>Lists the queue for postqueue and mailq.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            showq - shows the queue

        SYNOPSIS
            started by master

        DESCRIPTION
            Answers postqueue and mailq on public/showq: reads the queue's folders and files, takes the state and the next attempt of each
            message from qmgr and the reasons for delay from the defer logs, and sends the messages that match the selectors, as fast as the
            command reads them.

        PARAMETERS
            authorized_mailq_users, queue_service_name

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "showq",
            Manual = Manual,
            Start = context => new ShowqService(context),
        });
    }
}

using MtaSuite.Common.Hosting;

namespace MtaSuite.Verify;

/// <summary>The service verify.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            verify - address verification: which addresses can be delivered to

        SYNOPSIS
            started by master

        DESCRIPTION
            Answers reject_unverified_sender and reject_unverified_recipient of smtpd from what it remembers, and sends probe messages to
            find out. A probe goes the way of all mail up to the point where content would be delivered, and ends there. The answers are
            kept in a journal in the data directory.

        PARAMETERS
            address_verify_...

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args) => ServiceHost.Run(args, new ServiceSpec
    {
        Name = "verify",
        Manual = Manual,
        Start = context => new VerifyService(context),
    });
}

using MtaSuite.Common.Hosting;

namespace MtaSuite.Pickup;

/// <summary>The program.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            pickup - takes mail of local users

        SYNOPSIS
            started by master

        DESCRIPTION
            Listens on public/pickup, where any local user may connect, for messages that sendmail and postdrop submit, and passes them on
            to cleanup as they arrive. Who the user is, the kernel says (SO_PEERCRED). Messages in the maildrop folder, where root and
            mail_owner leave them while the mail system is down and where postsuper -r puts messages to be queued anew, are submitted at the
            start and at each wake-up; their files are removed once cleanup has answered that the message is durable.

        PARAMETERS
            authorized_submit_users, message_size_limit, cleanup_service_name, myhostname, mail_name, receive_override_options

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "pickup",
            Manual = Manual,
            Resident = true,
            Start = context => new PickupService(context),
        });
    }
}

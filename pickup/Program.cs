using MtaSuite.Common.Hosting;

namespace MtaSuite.Pickup;

/// <summary>Accepts messages of local users.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            pickup - accepts mail of local users

        SYNOPSIS
            started by master

        DESCRIPTION
            Listens on public/pickup, where any local user may connect, for messages that sendmail and postdrop submit, and passes them on
            to cleanup as they arrive. The kernel identifies the user (SO_PEERCRED). Messages in the maildrop folder are submitted at the
            start and at each wake-up; root and mail_owner leave messages there while the mail system is down, and postsuper -r those that
            are to be requeued. Their files are removed once cleanup has answered that the message is durable.

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

using MtaSuite.Common.Hosting;
using MtaSuite.Local.Service;
using MtaSuite.Local.Spawn;

namespace MtaSuite.Local;

/// <summary>Final delivery on this machine, and services of type spawn.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            local - final delivery on this machine: local users, virtual mailboxes, commands; the spawn service

        SYNOPSIS
            started by master for the commands local, virtual, pipe and spawn of master.cf

        DESCRIPTION
            Delivers queued messages with the recipient's rights: to mailboxes and Maildirs, to commands, by aliases and .forward files
            (local), to virtual mailboxes (virtual), or to a command that master.cf names (pipe). A recipient is marked as done in the
            queue file only after the message is on stable storage, or the journal covers the delivery, or the command has succeeded.

            A spawn service runs a command for each connection to its socket, which is the command's standard input, output and error:
            user=name[:group] argv=command argument... in master.cf. The process limit of its line is the maximum of commands at once, and
            {service}_time_limit the time after which a command is killed.

        STANDARDS
            RFC 5321 (final delivery), RFC 3464 (status codes)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "local",
            Manual = Manual,
            Rights = Common.Hosting.Rights.ActsAsRecipient,
            Start = context => context.Command == "spawn" ? new SpawnService(context) : new DeliveryService(context),
        });
    }
}

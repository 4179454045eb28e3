using MtaSuite.Common.Hosting;

namespace MtaSuite.Postlogd;

/// <summary>Writes log lines of programs that may not open the log file.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            postlogd - writes the log file for programs that may not

        SYNOPSIS
            started by master, for a service of type unix-dgram

        DESCRIPTION
            Daemons open maillog_file themselves while they start. Programs that cannot open it send each line as a datagram to
            public/postlog: commands of ordinary users, commands while maillog_file is /dev/stdout, and a daemon that may not create the
            file again after it was rotated. A line of root or mail_owner is written as it is. A line of another user is written under the
            name of this service and with the user's id, at most postlog_user_rate_limit lines a second; lines beyond that are counted,
            and the number is logged once a minute.

        PARAMETERS
            maillog_file, maillog_file_permissions, postlog_service_name, postlog_user_rate_limit, syslog_name

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "postlogd",
            Manual = Manual,
            Start = context => new PostlogService(context),
        });
    }
}

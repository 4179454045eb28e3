using MtaSuite.Common.Hosting;

namespace MtaSuite.Postlogd;

/// <summary>The program.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            postlogd - writes the log file for programs that may not

        SYNOPSIS
            started by master, for a service of type unix-dgram

        DESCRIPTION
            Daemons open maillog_file themselves while they start. What cannot is logged through this service, one line a datagram on
            public/postlog: commands of ordinary users, commands while maillog_file is /dev/stdout, and a daemon that may not make the file
            again after it was rotated. A line of root or mail_owner is written as it comes; one of anybody else under this service's own
            name and with the sender's user id, at postlog_user_rate_limit a second: what is beyond that is counted, and the count logged
            once a minute.

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

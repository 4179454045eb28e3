using MtaSuite.Common.Hosting;
using MtaSuite.Relay.Service;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay;

/// <summary>The SMTP and LMTP client.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            relay - SMTP and LMTP client: delivery to other hosts

        SYNOPSIS
            started by master for the commands smtp and lmtp of master.cf

        DESCRIPTION
            Delivers queued messages to the next host by SMTP, or to a mail store by LMTP over TCP or a Unix socket: finds the hosts,
            tries them in order, keeps sessions for further messages, and marks a recipient as done in the queue file once the host has
            accepted the message. The parameters are those named smtp_..., or lmtp_... for the command lmtp.

        STANDARDS
            RFC 5321 (SMTP), RFC 2033 (LMTP), RFC 1870 (SIZE), RFC 2920 (PIPELINING), RFC 3030 (CHUNKING), RFC 3461 (DSN),
            RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 2045 (conversion to 7 bit)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        RelayFiles files = null!;
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "relay",
            Manual = Manual,
            BeforeDrop = context =>
            {
                files = RelayFiles.Open(context.Config, context.Command == "lmtp");
                return null;
            },
            Start = context => new RelayService(context, files),
        });
    }
}

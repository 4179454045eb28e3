using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Sendmail;

/// <summary>sendmail, the interface that programs have used since 1983: a message from standard input, or another command's work.</summary>
internal static class SendmailCommand
{
    public const string Manual = """
        sendmail - submit mail: the command that other programs expect

        usage: sendmail [OPTION...] [RECIPIENT...]

        Reads a message from standard input up to its end, or to a line that is only a dot, and returns when it is safely in the queue.

          -t            take recipients from the To:, Cc: and Bcc: headers as well, or from those with Resent- in front where there
                        are any; Bcc: is removed
          -i, -oi       a line that is only a dot does not end the message
          -f, -r ADDR   envelope sender; default: the login name
          -F NAME       full name for a From: header that is missing
          -B TYPE       7BIT or 8BITMIME
          -N WHEN       never, or success, failure, delay (comma between): when to send notifications
          -R WHAT       full or hdrs: how much of the message a notification returns
          -V ENVID      envelope id for notifications (two characters: old for -XVxy)
          -XV[xy]       VERP: the sender address of each delivery contains its recipient, with the delimiters x and y
          -G            a gateway's mail: addresses are not completed with this site's domain
          -v            report the first delivery attempt by mail
          -bv           deliver nothing, report by mail what would happen
          -bs           speak SMTP on standard input and output
          -bp, mailq    list the queue (postqueue -p)
          -bi, -I, newaliases   build the alias database; -oA NAME: that one
          -bd           start the mail system
          -q            try to deliver the whole queue now; -qI ID: one message; -qR SITE: mail for a site
          -C, -c DIR    configuration folder (or its main.cf)

        Options of other sendmail programs are accepted and have no effect.

        Exit status: 0 queued; 65 more than 50,000 recipients, or invalid ones in the header: nothing is sent; 69 refused;
        77 not allowed; 75 everything else: try again later, wrong usage, no recipients, input that cannot be read.

        """;

    public static int Run(string[] args)
    {
        SendmailOptions options = SendmailOptions.Parse(args);
        if (options.Problem != null) return Tool.Fatal(ExitCode.TryLater, options.Problem);
        return options.Mode switch
        {
            SendmailMode.Submit => SubmitCommand.Run(options),
            SendmailMode.Nothing => ExitCode.Ok,
            SendmailMode.Daemon => Other("mtasuite", options, "start"),
            SendmailMode.Smtp => StandaloneSmtp.Run(options),
            SendmailMode.Queue => Other("postqueue", options, "-p"),
            SendmailMode.Flush => Other("postqueue", options, "-f"),
            SendmailMode.FlushId => Other("postqueue", options, "-i", options.QueueArgument),
            SendmailMode.FlushSite => Other("postqueue", options, "-s", options.QueueArgument),
            _ => options.AliasDatabase.Length > 0 ? Other("postalias", options, options.AliasDatabase) : Other("newaliases", options),
        };
    }

    /// <summary>mailq: the queue, whatever else is asked.</summary>
    public static int RunMailq(string[] args) => Run(["-bp", .. args]);

    private static int Other(string name, SendmailOptions options, params string[] args)
    {
        ToolCommand? command = Commands.Find(name);
        if (command == null) return Tool.Fatal(ExitCode.Unavailable, $"no command {name}");
        Tool.Name = name;
        return command.Run(["-c", Tool.ConfigDirectory(options.ConfigDirectory), .. args]);
    }
}

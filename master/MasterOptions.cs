using System.Globalization;

namespace MtaSuite.Master;

/// <summary>master's command line.</summary>
internal sealed class MasterOptions
{
    public const string Manual = """
        NAME
            master - starts, watches, reloads and stops the daemons of the suite

        SYNOPSIS
            master [-c DIR] [-a DESCRIPTOR] [-n]

        DESCRIPTION
            Binds the sockets of master.cf and runs the daemons that serve them. It does not handle mail. Use mtasuite start,
            stop and reload rather than this program.

            -c DIR  configuration directory (default /etc/mtasuite, or MAIL_CONFIG)
            -a DESCRIPTOR  read the configuration from this descriptor, where mtasuite start left what it has checked
            -n      write one line to descriptor 3: "ready", or "error" and the reason

        SIGNALS
            TERM stop, QUIT stop at once, HUP reload, USR1 reopen the log

        EXIT STATUS
            0 stopped, 1 a socket cannot be bound or another master runs on the spool, 78 bad configuration, 70 bug

        """;

    public string Directory = Environment.GetEnvironmentVariable("MAIL_CONFIG") ?? "/etc/mtasuite";
    public int AcceptedFd = -1;
    public bool Notify;
    public bool Help;

    /// <summary>Null on a wrong option.</summary>
    public static MasterOptions? Parse(string[] args)
    {
        MasterOptions o = new();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "-c" when i + 1 < args.Length: o.Directory = args[++i]; break;
                case "-a" when i + 1 < args.Length
                    && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out o.AcceptedFd):
                    i++; break;
                case "-d": break;
                case "-n": o.Notify = true; break;
                case "--help" or "-h": o.Help = true; break;
                default: return null;
            }
        }
        return o;
    }
}

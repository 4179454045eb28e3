using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Check;
using MtaSuite.Tools.Doctor;
using MtaSuite.Tools.Roundtrip;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>mtasuite: makes, starts, stops and inspects an instance.</summary>
internal static class MtasuiteCommand
{
    public const string Manual = """
        mtasuite - control the mail system

        usage: mtasuite init DIR [--listen loopback|all|ADDRESS] [--hostname H] [--smtp-port N] [--submission-port N]
                             [--submissions-port N]
               mtasuite [-c DIR] [-v] COMMAND

          init DIR          make a private instance in a new folder: configuration, spool, log, mailboxes; it listens on 127.0.0.1 unless
                            --listen is all (every interface) or an address
          start             check, start, and return when the instance accepts mail
          start-fg          the same in the foreground, for containers and service managers
          stop              let deliveries end, stop, and return when all processes are gone
          abort             stop at once; unfinished deliveries are tried again at the next start
          restart           check, stop, and start again
          reload            use the changed configuration; no session is dropped. A configuration with errors is refused (status 78), as
                            is one with a socket that cannot be bound (status 1): then everything stays as it was
          status            whether the system is running, and the number of queued messages
          check             report errors in the configuration, the spool and the tables
          flush             try to deliver all queued mail now
          destinations      each destination with its deliveries, limits and waiting messages; followed by -j: as JSON
          doctor [DOMAIN]   examine our own services, and a domain as a sending server does, and report what is right and what is wrong;
                            "mtasuite doctor --help" names its options
          roundtrip         send a message with a login, wait until it is in the mailbox, and show how long each step took;
                            "mtasuite roundtrip --help" names its options
          tlsrpt            what was collected for reports on TLS (RFC 8460); followed by -j: as JSON; followed by "send": send
                            the reports now
          logrotate         start a new log file (maillog_file) and compress the old one
          set-permissions   give files and folders of the spool their owners and modes
          version           versions of the suite and of what it was built with

        -c DIR: the configuration folder (default: MAIL_CONFIG of the environment, else /etc/mtasuite).

        Exit status: 0 done; 1 error, or "status" of a system that is not running; 64 wrong usage; 75 try again later;
        78 bad configuration.

        """;

    private static readonly (string Name, Func<Instance, int> Run)[] Actions =
    [
        ("start", StartCommand.Start), ("start-fg", StartCommand.StartForeground), ("restart", StartCommand.Restart),
            ("stop", StopCommand.Stop), ("abort", StopCommand.Abort),
        ("quick-stop", StopCommand.Stop), ("reload", StopCommand.Reload), ("status", StatusCommand.Run), ("check", CheckCommand.Run),
        ("flush", StatusCommand.Flush), ("destinations", DestinationsCommand.Run), ("destinations -j", DestinationsCommand.RunJson),
        ("tlsrpt", TlsReportCommand.Run), ("tlsrpt -j", TlsReportCommand.RunJson), ("tlsrpt send", TlsReportCommand.Send),
        ("logrotate", LogRotateCommand.Run), ("set-permissions", Permissions.Run),
    ];

    public static int Run(string[] args)
    {
        // -a is for master, which has files checked that it has taken already
        GetOpt options = new(args, "+a:c:v");
        string? directory = null;
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            if (c == 'c') directory = options.Value;
            else if (c == 'a' && int.TryParse(options.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int fd)
                && AcceptedFiles.TryUse(fd)) continue;
            else if (c != 'v') return Usage();
        }
        if (options.Operands.Count == 0) return Usage();
        string name = options.Operands[0];
        if (name == "init") return InitCommand.Run([.. options.Operands[1..]]);
        if (name == "version") return VersionCommand.Run();
        if (name == "roundtrip") return RoundtripCommand.Run([.. options.Operands[1..]]);
        if (name == "doctor") return RunDoctor(directory, [.. options.Operands[1..]]);
        name = string.Join(' ', options.Operands);
        foreach ((string action, Func<Instance, int> run) in Actions)
        {
            if (action != name) continue;
            MailConfig? config = Tool.LoadConfig(directory, "mtasuite", quiet: true);
            if (config == null) return ExitCode.Configuration;
            return run(new Instance(config));
        }
        return Unknown(options.Operands[0]);
    }

    private static int Unknown(string name)
    {
        string[] names = [.. Actions.Select(a => a.Name.Split(' ')[0]), "init", "version", "doctor"];
        return Array.IndexOf(names, name) >= 0 ? Usage()
            : Tool.Fatal(ExitCode.Usage, $"unknown command: {Tool.Printable(name)}{NearName.Hint(name, names)} (see mtasuite --help)");
    }

    private static int RunDoctor(string? directory, string[] args)
    {
        if (DoctorOptions.Parse(args, out int status) is not { } options) return status;
        MailConfig? config = Tool.LoadConfig(directory, "mtasuite", quiet: true);
        return config == null ? ExitCode.Configuration : DoctorCommand.Run(new Instance(config), options);
    }

    private static int Usage()
    {
        string actions = string.Join('|', Actions.Select(a => a.Name).Where(n => !n.Contains(' ')));
        return Tool.Fatal(ExitCode.Usage,
            $"usage: mtasuite [-c DIR] {actions}|doctor|roundtrip|version, or mtasuite init DIR (see mtasuite --help)");
    }
}

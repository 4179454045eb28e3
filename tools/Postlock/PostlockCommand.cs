using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postlock;

/// <summary>postlock: runs a command while a mailbox is locked as local delivery locks it.</summary>
internal static class PostlockCommand
{
    private const string Usage = "usage: postlock [-c config_dir] [-l lock_style] [-v] folder command...";

    public const string Manual = """
        postlock - lock a mailbox and run a command

        usage: postlock [-c DIR] [-l STYLE] [-v] FILE COMMAND [ARGUMENT...]

          -l STYLE   fcntl, flock, dotlock, or several with commas between; default: mailbox_delivery_lock

        The command is run directly, not by a shell. Exit status: the command's; 75 when the mailbox could not be locked or the command
        could not be run.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "+c:l:v");
        (string? directory, string? style) = (null, null);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'l': style = options.Value; break;
                case '?': return Tool.Fatal(ExitCode.TryLater, Usage);
                default: break;
            }
        }
        if (options.Operands.Count < 2) return Tool.Fatal(ExitCode.TryLater, Usage);
        MailConfig? config = Tool.LoadConfig(directory, "postlock");
        if (config == null) return ExitCode.TryLater;
        List<string> styles = MailConfig.SplitList(style ?? config.Get(LocalParams.MailboxDeliveryLock));
        if (styles.Find(s => s is not ("fcntl" or "flock" or "dotlock")) is { } unknown)
            return Tool.Fatal(ExitCode.TryLater, $"unknown lock style: {unknown}");
        MailboxLock mailbox = new(options.Operands[0], styles, config);
        if (mailbox.Acquire() is { } error) return Tool.Fatal(ExitCode.TryLater, error);
        int status = RunCommand(options.Operands[1..]);
        mailbox.Release();
        return status;
    }

    private static int RunCommand(List<string> command)
    {
        string? program = Find(command[0]);
        if (program == null) return Tool.Fatal(ExitCode.TryLater, $"execvp {command[0]}: {Errno.Text(Errno.ENOENT)}");
        Tool.Flush();
        int pid = Processes.Spawn(program, command, Tool.OwnEnvironment(), null, [0, 1, 2], []);
        if (pid < 0) return Tool.Fatal(ExitCode.TryLater, $"execvp {command[0]}: {Errno.Text(-pid)}");
        int waited;
        int status;
        do waited = Processes.WaitPid(pid, out status, 0);
        while (waited < 0 && Errno.Last == Errno.EINTR);
        int exit = waited == pid ? Processes.ExitCode(status) : -1;
        return exit >= 0 ? exit : Tool.Fatal(ExitCode.TryLater, $"{command[0]}: ended by signal {Processes.ExitSignal(status)}");
    }

    /// <summary>As execvp(3): a name with a slash is a path, others are looked for in PATH.</summary>
    private static string? Find(string name) => name.Contains('/') ? name
        : (Environment.GetEnvironmentVariable("PATH") ?? "/bin:/usr/bin").Split(':').Select(d => $"{(d.Length == 0 ? "." : d)}/{name}")
            .FirstOrDefault(p => Paths.Access(p, Paths.X_OK) == 0);
}

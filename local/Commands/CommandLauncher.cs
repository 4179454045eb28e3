using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Commands;

/// <summary>
/// Starts a program that never was root: a throw-away thread becomes the user for good (raw system calls change one thread only) and spawns from there.
/// Not as root: the program runs as whoever runs the suite.
/// </summary>
internal static class CommandLauncher
{
    private const int StackBytes = 256 * 1024;

    /// <summary>The pid of the leader of a new session, or -1 with a text that says why not.</summary>
    public static int Launch(CommandSpec spec, int input, int output, out string trouble)
    {
        UserRights rights = spec.Rights;
        trouble = "changing the root directory takes root privileges";
        if (!FileIdentity.IsPrivileged) return spec.ChRoot != null ? -1 : Spawn(spec, input, output, out trouble);
        if (rights.Uid == 0 || rights.Gid == 0)
        {
            trouble = "refusing to run a delivery command with root privileges";
            return -1;
        }
        int pid = -1;
        string text = "";
        Thread thread = new(() =>
        {
            if (spec.ChRoot != null && !Libc.ChRootOnThread(spec.ChRoot)) text = $"cannot change root to \"{spec.ChRoot}\": {Libc.ErrorText()}";
            else if (Libc.BecomeRecipientOnThread(rights.Uid, rights.Gid, [rights.Gid])) pid = Spawn(spec, input, output, out text);
            else text = $"cannot assume the rights of uid {rights.Uid} gid {rights.Gid}: {Libc.ErrorText()}";
        }, StackBytes)
        { IsBackground = true, Name = "launcher" };
        thread.Start();
        thread.Join();
        trouble = text;
        return pid;
    }

    private static int Spawn(CommandSpec spec, int input, int output, out string trouble)
    {
        trouble = "";
        if (spec.Directory != null && Libc.Access(spec.Directory, Libc.X_OK) != 0)
        {
            trouble = $"cannot change directory to \"{spec.Directory}\" for uid={spec.Rights.Uid} gid={spec.Rights.Gid}: {Libc.ErrorText()}";
            return -1;
        }
        foreach (IReadOnlyList<string> argv in spec.Candidates)
        {
            string path = FindProgram(argv[0]);
            int pid = Libc.Spawn(path, argv, spec.Environment, spec.Directory, [input, output, output], [], session: true);
            if (pid > 0)
            {
                // it waits for the message; a program that became somebody else by itself is left as it is
                if (spec.FileSizeLimit > 0) _ = Libc.LimitFileSize(pid, spec.FileSizeLimit);
                return pid;
            }
            trouble = $"cannot execute {argv[0]}: {Libc.ErrorText(-pid)}";
            if (-pid != Libc.ENOENT) return -1;
        }
        return -1;
    }

    /// <summary>The first file of that name on the search path, or the name itself.</summary>
    private static string FindProgram(string name)
    {
        if (name.Contains('/')) return name;
        foreach (string folder in CommandEnvironment.Path.Split(':'))
        {
            string path = $"{folder}/{name}";
            if (Libc.TryStat(path, out Libc.FileStatus status) && status.IsRegular && (status.Permissions & 0x49) != 0) return path;
        }
        return name;
    }
}

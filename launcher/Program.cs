using System.Text;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;

namespace MtaSuite.Launcher;

/// <summary>
/// Runs one command of a user. local starts this program for each command, as root; it takes the user's rights permanently, with all of its
/// threads, and executes the command in its own place. So no thread of local, which stays root, ever has a user's uid: a user with the uid
/// of a thread may stop, kill and limit the whole process of that thread. After the change of rights the user can disturb this process,
/// which is the user's own command.
/// </summary>
public static class Program
{
    private const string Manual = """
        NAME
            launcher - starts a command of local delivery as its user

        SYNOPSIS
            started by local, with the request on descriptor 3

        DESCRIPTION
            Takes the rights of a user, who is never root, and executes the command of the request in its own place. An error is
            written to descriptor 4, which is closed when the command runs.

        EXIT STATUS
            64 not started by local; 71 the command could not be started. Otherwise the command's.

        """;

    /// <summary>More than a request with the longest argument list that execve(2) takes.</summary>
    private const long MaxRequest = 16 * 1024 * 1024;

    public static int Main(string[] args)
    {
        LaunchRequest request = new();
        if (args.Length > 0 || !TryRead(request))
        {
            _ = FileIO.WriteAll(args is ["--help"] ? 1 : 2, Encoding.UTF8.GetBytes(Manual));
            return args is ["--help"] ? ExitCode.Ok : ExitCode.Usage;
        }
        Processes.CloseOnExecFrom(LaunchRequest.RequestFd);
        string reason = Launch(request);
        _ = FileIO.WriteAll(LaunchRequest.StatusFd, Encoding.UTF8.GetBytes(reason));
        return ExitCode.OsError;
    }

    private static bool TryRead(LaunchRequest request)
    {
        if (!FileStatus.TryGet(LaunchRequest.RequestFd, out FileStatus status) || !status.IsRegular) return false;
        if (status.Size is 0 or > MaxRequest) return false;
        byte[] bytes = new byte[status.Size];
        for (int have = 0, n; have < bytes.Length; have += n)
        {
            n = FileIO.PRead(LaunchRequest.RequestFd, bytes.AsSpan(have), have);
            if (n <= 0) return false;
        }
        return AttributeDecoder.TryDecode(bytes, request);
    }

    /// <summary>Does not return when the command runs; otherwise why it does not.</summary>
    internal static string Launch(LaunchRequest request)
    {
        if (Refusal(request) is { } refusal) return refusal;
        if (request.FileSizeLimit > 0 && ResourceLimits.LimitOwnFileSize(request.FileSizeLimit) != 0)
            return $"cannot limit the size of files: {Errno.Text()}";
        if (request.ChRoot.Length > 0 && (Paths.ChDir(request.ChRoot) != 0 || Paths.ChRoot(".") != 0))
            return $"cannot change root to \"{request.ChRoot}\": {Errno.Text()}";
        if (!Credentials.BecomeUser((uint)request.Uid, (uint)request.Gid, [.. request.Groups.Select(g => (uint)g)]))
            return $"cannot assume the rights of uid {request.Uid} gid {request.Gid}: {Errno.Text()}";
        if (request.Directory.Length > 0 && Paths.ChDir(request.Directory) != 0)
            return $"cannot change directory to \"{request.Directory}\" for uid={request.Uid} gid={request.Gid}: {Errno.Text()}";
        Signals.Reset();
        // without it the end of the pipe would say the same of a command that runs and of a launcher that could not start
        _ = FileIO.WriteAll(LaunchRequest.StatusFd, [LaunchRequest.Ready]);
        string reason = "no command";
        foreach (List<string> argv in request.Candidates)
        {
            int error = -Processes.Exec(Processes.FindProgram(argv[0], request.SearchPath), argv, request.Environment);
            reason = $"cannot execute {argv[0]}: {Errno.Text(error)}";
            if (error != Errno.ENOENT) break;
        }
        return reason;
    }

    private static string? Refusal(LaunchRequest r)
    {
        if (!IsUser(r.Uid) || !IsUser(r.Gid) || !r.Groups.TrueForAll(IsUser))
            return "refusing to run a delivery command with root privileges";
        IEnumerable<string> texts = [r.ChRoot, r.Directory, .. r.Environment, .. r.Candidates.SelectMany(c => c)];
        return r.Candidates.Exists(c => c.Count == 0 || c[0].Length == 0) || texts.Any(t => t.Contains('\0')) ? "bad request" : null;
    }

    /// <summary>Not root's; and uint.MaxValue would mean "as it is".</summary>
    private static bool IsUser(long id) => id is > 0 and < uint.MaxValue;
}

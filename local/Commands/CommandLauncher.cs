using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Commands;

/// <summary>
/// Starts a command with a user's rights. As root by the program launcher, one process for each command, which takes the user's rights
/// itself: no thread of this process ever does, since the user could stop, kill and limit all of it by that thread. Not as root: the
/// command runs as whoever runs the suite.
/// </summary>
internal static class CommandLauncher
{
    private const int MaxReason = 8192;

    /// <summary>Beside the program that runs, like all daemons.</summary>
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "launcher");

    /// <summary>The leader of a new session, or null with a text that says why not.</summary>
    /// <param name="deadline">By when it has to run (<see cref="Environment.TickCount64"/>).</param>
    public static ChildProcess? Launch(CommandSpec spec, int input, int output, long deadline, out string trouble)
    {
        trouble = "changing the root directory takes root privileges";
        if (!FileIdentity.IsPrivileged) return spec.ChRoot != null ? null : Spawn(spec, input, output, out trouble);
        trouble = "refusing to run a delivery command with root privileges";
        if (spec.Rights.Uid == 0 || spec.Rights.Gid == 0) return null;
        using FileDescriptor? request = WriteRequest(spec, out trouble);
        if (request == null) return null;
        if (!FileDescriptor.TryPipe(out FileDescriptor? reason, out FileDescriptor? status))
        {
            trouble = $"cannot create a pipe: {Errno.Text()}";
            return null;
        }
        using (reason)
        {
            int pid = Processes.Spawn(s_program, [s_program], RuntimeEnvironment(), null,
                [input, output, output], [request.Fd, status.Fd], session: true);
            status.Dispose();
            if (pid > 0) return AwaitStart(new ChildProcess(pid), reason.Fd, deadline, out trouble);
            trouble = $"cannot execute {s_program}: {Errno.Text(-pid)}";
            return null;
        }
    }

    /// <summary>For a runtime that compiles just in time: where it is, and that nobody debugs it. Nothing else of this process's.</summary>
    private static List<string> RuntimeEnvironment()
    {
        List<string> result = ["DOTNET_EnableDiagnostics=0"];
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root) result.Add($"DOTNET_ROOT={root}");
        return result;
    }

    private static FileDescriptor? WriteRequest(CommandSpec spec, out string trouble)
    {
        ArrayBufferWriter<byte> bytes = new();
        LaunchRequest request = new()
        {
            Uid = spec.Rights.Uid,
            Gid = spec.Rights.Gid,
            Groups = [spec.Rights.Gid],
            ChRoot = spec.ChRoot ?? "",
            Directory = spec.Directory ?? "",
            FileSizeLimit = spec.FileSizeLimit,
            SearchPath = CommandEnvironment.Path,
            Candidates = [.. spec.Candidates.Select(argv => argv.ToList())],
            Environment = [.. spec.Environment],
        };
        trouble = "the command has too long arguments";
        if (!AttributeEncoder.Encode(bytes, request)) return null;
        FileDescriptor? memory = SealedMemory.TryCreateOpen("launch");
        if (memory != null && FileIO.WriteAll(memory.Fd, bytes.WrittenSpan)) return memory;
        trouble = $"cannot create a file in memory: {Errno.Text()}";
        memory?.Dispose();
        return null;
    }

    /// <summary>
    /// Waits until the command runs: launcher's end of the pipe is then closed. From its change of rights on the user may hold it up.
    /// </summary>
    private static ChildProcess? AwaitStart(ChildProcess child, int reason, long deadline, out string trouble)
    {
        byte[] text = new byte[MaxReason];
        int have = 0;
        trouble = "it did not start in time";
        while (Environment.TickCount64 < deadline)
        {
            if (!Poll.WaitOne(reason, Poll.POLLIN, (int)Math.Min(deadline - Environment.TickCount64 + 1, int.MaxValue))) continue;
            int n = FileIO.ReadRetry(reason, text.AsSpan(have));
            if (n > 0) have += n;
            if (n > 0 && have < text.Length) continue;
            if (have == 1 && text[0] == LaunchRequest.Ready) return child;
            trouble = have == 0 ? "the launcher has ended early"
                : Encoding.UTF8.GetString(text, 0, have).TrimStart((char)LaunchRequest.Ready);
            break;
        }
        child.SignalGroup(Signals.SIGKILL);
        _ = child.TryReapWithin(TimeSpan.FromSeconds(5), out _);
        child.Dispose();
        return null;
    }

    private static ChildProcess? Spawn(CommandSpec spec, int input, int output, out string trouble)
    {
        trouble = "";
        if (spec.Directory != null && Paths.Access(spec.Directory, Paths.X_OK) != 0)
        {
            trouble =
                $"cannot change directory to \"{spec.Directory}\" for uid={spec.Rights.Uid} gid={spec.Rights.Gid}: {Errno.Text()}";
            return null;
        }
        foreach (IReadOnlyList<string> argv in spec.Candidates)
        {
            string path = Processes.FindProgram(argv[0], CommandEnvironment.Path);
            int pid = Processes.Spawn(path, argv, spec.Environment, spec.Directory, [input, output, output], [], session: true);
            if (pid > 0)
            {
                // it waits for the message; a program that became somebody else by itself is left as it is
                if (spec.FileSizeLimit > 0) _ = ResourceLimits.LimitFileSize(pid, spec.FileSizeLimit);
                return new ChildProcess(pid);
            }
            trouble = $"cannot execute {argv[0]}: {Errno.Text(-pid)}";
            if (-pid != Errno.ENOENT) return null;
        }
        return null;
    }
}

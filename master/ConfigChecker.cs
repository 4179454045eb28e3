using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;

namespace MtaSuite.Master;

/// <summary>
/// Runs "mtasuite check" on the files of a configuration before it takes effect: in a process of its own, because it opens every table
/// and key. Its result comes with the end of the process.
/// </summary>
internal sealed class ConfigChecker
{
    private const int InheritedFd = 3;
    private const long MostText = 1024 * 1024;
    private readonly FileDescriptor _output;

    private ConfigChecker(int pid, FileDescriptor output) => (Pid, _output) = (pid, output);

    public int Pid { get; }

    /// <summary>Null with the reason when it cannot be started.</summary>
    /// <param name="running">What says where the programs are: the configuration in force.</param>
    public static ConfigChecker? TryStart(AcceptedConfig candidate, MailConfig running, string directory, out string error)
    {
        string[] places = [$"{running.Get(MasterParams.DaemonDirectory)}/tools", $"{running.Get(CommonParams.CommandDirectory)}/mtasuite"];
        string? program = Array.Find(places, p => Paths.Access(p, Paths.X_OK) == 0);
        error = $"the configuration cannot be checked: there is neither {string.Join(" nor ", places)}";
        if (program == null) return null;
        FileDescriptor? output = SealedMemory.TryCreateOpen("check");
        int pid = output == null ? -Errno.Last : Start(candidate, running, directory, program, output.Fd);
        if (pid > 0) return new ConfigChecker(pid, output!);
        error = $"the configuration cannot be checked: {program}: {Errno.Text(-pid)}";
        output?.Dispose();
        return null;
    }

    private static int Start(AcceptedConfig candidate, MailConfig running, string directory, string program, int output)
    {
        using FileDescriptor? nothing = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDWR);
        List<string> arguments = ["mtasuite", "-c", directory, "-a", $"{InheritedFd}", "check"];
        return Processes.Spawn(program, arguments, ChildEnvironment.Build(running, directory), null,
            [nothing?.Fd ?? -1, output, output], [candidate.Fd]);
    }

    /// <summary>The process has ended. Null when it accepts the configuration, otherwise status and reason.</summary>
    public (int Status, string Reason)? Finish(int waitStatus)
    {
        string text = SealedMemory.ReadAll(_output.Fd, MostText) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";
        _output.Dispose();
        const string prefix = "mtasuite: error: ";
        string[] lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l =>
            l.StartsWith(prefix, StringComparison.Ordinal) ? l[prefix.Length..] : l)];
        string reason = string.Join('\n', lines);
        int status = Processes.ExitCode(waitStatus);
        if (status == ExitCode.Ok) return null;
        if (status == ExitCode.Configuration) return (status, reason);
        string how = status < 0 ? $"signal {Processes.ExitSignal(waitStatus)}" : $"status {status}";
        return (1, $"the check of the configuration failed, {how}\n{reason}".TrimEnd());
    }
}

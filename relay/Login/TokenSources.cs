using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Relay.Login;

/// <summary>
/// Bearer tokens from where others put them: a file's first line, read each time, so that whoever refreshes tokens just replaces it; or the
/// first line that a command prints ("|program argument ..."; no shell), used again for a while. Blocks: for worker threads.
/// </summary>
internal sealed class TokenSources(TimeSpan lifetime, TimeProvider clock)
{
    private const int MaxToken = 16 * 1024, CommandTimeoutMilliseconds = 30_000;
    private const short PollIn = 1;
    private readonly Dictionary<string, (string Token, long At)> _tokens = [];
    private readonly Lock _gate = new();

    /// <summary>The token, or why there is none.</summary>
    public (string? Token, string Problem) Read(string source)
    {
        if (!source.StartsWith('|'))
            return Checked(ReadFile(source, out string problem), problem.Length > 0 ? problem : $"{source}: no token");
        lock (_gate)
            if (_tokens.TryGetValue(source, out var kept) && clock.GetElapsedTime(kept.At) < lifetime) return (kept.Token, "");
        string command = source[1..].Trim();
        (string? token, string why) =
            Checked(RunCommand(command, out string trouble), trouble.Length > 0 ? trouble : $"command {command} printed no token");
        if (token is not null)
            lock (_gate) _tokens[source] = (token, clock.GetTimestamp());
        return (token, why);
    }

    public void Forget(string source)
    {
        lock (_gate) _tokens.Remove(source);
    }

    private static (string?, string) Checked(string text, string problem)
    {
        int end = text.IndexOf('\n');
        string token = (end < 0 ? text : text[..end]).Trim();
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~') ? (token, "") : (null, problem);
    }

    private static string ReadFile(string path, out string problem)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY);
        if (file != null) return ReadAll(file.Fd, out problem);
        problem = $"{path}: {Errno.Text()}";
        return "";
    }

    /// <summary>Starts a command with its output to a pipe, whose end is closed here; the pid, or minus errno.</summary>
    private static int Start(string[] words, FileDescriptor output)
    {
        using FileDescriptor? nothing = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDWR);
        int none = nothing?.Fd ?? -1;
        string[] environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"];
        using (output) return Processes.Spawn(words[0], words, environment, "/", [none, output.Fd, none], []);
    }

    private static string RunCommand(string command, out string problem)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        problem = "";
        if (words.Length == 0 || !FileDescriptor.TryPipe(out FileDescriptor? read, out FileDescriptor? write))
        {
            problem = $"command {command}: cannot be run";
            return "";
        }
        int pid = Start(words, write);
        string output;
        using (read) output = pid > 0 ? ReadAll(read.Fd, out problem) : "";
        if (pid <= 0)
        {
            problem = $"command {command}: {Errno.Text(-pid)}";
            return "";
        }
        if (problem.Length > 0) _ = Signals.Kill(pid, 9);
        _ = Processes.WaitPid(pid, out int status, 0);
        if (problem.Length == 0 && Processes.ExitCode(status) != 0) problem = "it failed";
        if (problem.Length > 0) problem = $"command {command}: {problem}";
        return problem.Length > 0 ? "" : output;
    }

    private static string ReadAll(int fd, out string problem)
    {
        byte[] bytes = new byte[MaxToken];
        int length = 0;
        problem = "";
        while (length < bytes.Length)
        {
            if (!Poll.WaitOne(fd, PollIn, CommandTimeoutMilliseconds))
            {
                problem = "it takes too long";
                break;
            }
            int n = FileIO.Read(fd, bytes.AsSpan(length));
            if (n <= 0) break;
            length += n;
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}

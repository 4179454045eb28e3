using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>The processes of an instance: those that run a program of libexec with its configuration folder.</summary>
public sealed partial class Instance
{
    public const int SIGKILL = 9, SIGCONT = 18, SIGSTOP = 19;

    /// <summary>Process ids; of one program, or of all.</summary>
    public int[] Pids(string? program = null) =>
        [.. Processes().Where(p => program == null || p.Program == program).Select(p => p.Pid).Order()];

    /// <summary>The one process of a program; waits until it runs.</summary>
    public int Pid(string program)
    {
        int[] pids = [];
        Wait.Until(() => (pids = Pids(program)).Length > 0, $"a process of {program}");
        return pids[0];
    }

    /// <summary>
    /// The process of a program, when it has run for a moment: one that dies young is started again with a delay that doubles.
    /// </summary>
    public int SettledPid(string program)
    {
        int pid = 0;
        Wait.Until(() =>
        {
            pid = Pid(program);
            try
            {
                using Process process = Process.GetProcessById(pid);
                return DateTime.UtcNow - process.StartTime.ToUniversalTime() > TimeSpan.FromSeconds(1.5);
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception) { return false; }
        }, $"{program} to have run for a moment");
        return pid;
    }

    public IEnumerable<(int Pid, string Program)> Processes()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            string[] arguments;
            try { arguments = File.ReadAllText($"{directory}/cmdline").Split('\0'); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { continue; }
            if (arguments.Length > 2 && arguments[1] == "-c" && arguments[2] == Etc
                && arguments[0].Contains("/libexec/", StringComparison.Ordinal))
                yield return (pid, Path.GetFileName(arguments[0]));
        }
    }

    /// <summary>Sends a signal to every process of a program (or of all); how many there were.</summary>
    public int Signal(int signal, string? program = null)
    {
        int[] pids = Pids(program);
        foreach (int pid in pids) _ = Signals.Kill(pid, signal);
        return pids.Length;
    }

    /// <summary>
    /// A process has closed its files: it is gone, or waits to be reaped. One that was killed has no command line a moment before that.
    /// </summary>
    public static bool HasEnded(int pid)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[status.LastIndexOf(')') + 2] == 'Z';
        }
        catch (IOException) { return true; }
    }

    /// <summary>Memory of all processes that is theirs, shared pages by share (PSS), in KiB.</summary>
    public long ProportionalKib(string? program = null) => Pids(program).Sum(pid => Kib(pid, "Pss"));

    /// <summary>A line of smaps_rollup.</summary>
    public static long Kib(int pid, string line)
    {
        string text = File.ReadLines($"/proc/{pid}/smaps_rollup").First(l => l.StartsWith(line + ":", StringComparison.Ordinal));
        return long.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        // master first, so that nothing is started again; whoever is stopped must go on to die
        Wait.IsSoon(() =>
        {
            Signal(SIGKILL, "master");
            return Signal(SIGKILL) == 0;
        }, TestLimits.Wait);
        for (int attempt = 0; Directory.Exists(Folder); attempt++)
        {
            try { Directory.Delete(Folder, recursive: true); }
            catch (Exception e) when (attempt < 5 && e is IOException or UnauthorizedAccessException) { Thread.Sleep(100); }
        }
    }
}

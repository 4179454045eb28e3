using System.Diagnostics;
using System.Text;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>How a program ended, and what it wrote. Output is read as Latin-1: one character for each byte.</summary>
public sealed record ProgramResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Itself, when the exit status is 0.</summary>
    public ProgramResult Succeeded() => ExitCode == 0 ? this : throw new AssertionException(ToString());

    public override string ToString() => $"{Command}\nexit status {ExitCode}\n{Output}{Error}";
}

/// <summary>The programs under test, in the build folder, and those of other people.</summary>
public static class Programs
{
    private static readonly TimeSpan Timeout = TestLimits.Long;

    /// <summary>The folder with sbin/ and libexec/: MTA_BUILD, or build/ at the root of the repository.</summary>
    public static string Build { get; } = Environment.GetEnvironmentVariable("MTA_BUILD") ?? $"{FindRoot()}/build";

    /// <summary>The folder of the sources.</summary>
    public static string Root { get; } = FindRoot();

    public static bool IsBuilt => File.Exists($"{Build}/sbin/mtasuite") && File.Exists($"{Build}/libexec/master");

    /// <summary>Compiled ahead of time: the promises about memory hold for these builds only.</summary>
    public static bool IsAheadOfTime => IsBuilt && !File.Exists($"{Build}/libexec/MtaSuite.Common.dll");

    public static bool IsRoot { get; } = Environment.IsPrivilegedProcess;

    /// <summary>Skips the test when nothing is built.</summary>
    public static void RequireBuild()
    {
        if (!IsBuilt) Assert.Ignore($"nothing is built in {Build}");
    }

    /// <summary>Skips the test when one of the programs is not installed.</summary>
    public static void Require(params string[] names)
    {
        string[] missing = Array.FindAll(names, n => Find(n) == null);
        if (missing.Length > 0) Assert.Ignore($"not installed: {string.Join(' ', missing)}");
    }

    /// <summary>The path of an installed program; null: there is none.</summary>
    public static string? Find(string name)
    {
        string path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end, with this standard input.</summary>
    public static ProgramResult Run(string program, IEnumerable<string> arguments, string input = "",
        params (string Name, string Value)[] environment)
    {
        using Process process = Start(program, arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(Encoding.Latin1.GetBytes(input));
            process.StandardInput.Close();
        }
        catch (IOException) { /* it did not want to read all of it */ }
        string command = $"{program} {string.Join(' ', process.StartInfo.ArgumentList)}";
        if (!process.WaitForExit(Timeout))
        {
            process.Kill();
            throw new AssertionException($"{command}: still running after {Timeout.TotalSeconds} s");
        }
        return new ProgramResult(command, process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs a program that wants a terminal; what it wrote there. Needs Python.</summary>
    public static string RunInTerminal(IEnumerable<string> command, params (string Name, string Value)[] environment)
    {
        Require("python3");
        return Run("python3", ["-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)", .. command], "",
            [("TERM", "xterm"), .. environment]).Succeeded().Output;
    }

    /// <summary>Starts a program that talks through pipes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo info = new(program.Contains('/') ? program : Find(program) ?? program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
            WorkingDirectory = "/",
        };
        info.Environment.Remove("MAIL_CONFIG");
        foreach ((string name, string value) in environment) info.Environment[name] = value;
        return Process.Start(info) ?? throw new AssertionException($"{program} did not start");
    }

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory != null && !File.Exists($"{directory}/MtaSuite.sln")) directory = Path.GetDirectoryName(directory);
        return directory ?? AppContext.BaseDirectory;
    }
}

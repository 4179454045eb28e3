using System.Diagnostics;
using System.Globalization;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// A hostile process without privileges: a Python script that runs as a user until its standard input ends, and then prints what it has
/// achieved. Skips the test where root or Python is missing.
/// </summary>
public sealed class Attacker : IDisposable
{
    private const string Prologue = """
        import ctypes, json, os, select, sys
        uid, gid = int(sys.argv[1]), int(sys.argv[2])
        os.setgroups([]); os.setresgid(gid, gid, gid); os.setresuid(uid, uid, uid)
        libc = ctypes.CDLL(None, use_errno=True)
        arguments = sys.argv[3:]
        def over():
            return bool(select.select([0], [], [], 0)[0])
        def exchange(a, b):
            return libc.syscall(316, -100, os.fsencode(a), -100, os.fsencode(b), 2) == 0 # renameat2, RENAME_EXCHANGE
        print('ready', flush=True)

        """;

    private readonly Process _process;

    private Attacker(Process process) => _process = process;

    /// <summary>How long attacks last: MTA_ATTACK_SECONDS of the environment; a few seconds where that says nothing.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("MTA_ATTACK_SECONDS"), CultureInfo.InvariantCulture, out int s) ? s : 4);

    /// <summary>Starts a script that has <c>over()</c>, <c>exchange(a, b)</c>, <c>libc</c> and <c>arguments</c>.</summary>
    public static Attacker Start(Common.Native.Account user, string script, params string[] arguments)
    {
        Process process = Programs.Start("python3", ["-c", Prologue + script, $"{user.Uid}", $"{user.Gid}", .. arguments]);
        if (process.StandardOutput.ReadLine() != "ready")
            throw new AssertionException($"the attacker did not start: {process.StandardError.ReadToEnd()}");
        return new Attacker(process);
    }

    /// <summary>An account of this machine.</summary>
    public static Common.Native.Account Account(string name)
    {
        if (!Programs.IsRoot) Assert.Ignore("needs root");
        Programs.Require("python3");
        _ = Common.Native.UserDatabase.Find(name, out Common.Native.Account? account);
        return account ?? throw new AssertionException($"no account {name}");
    }

    /// <summary>Ends the attack; what the script printed.</summary>
    public string Finish()
    {
        _process.StandardInput.Close();
        string output = _process.StandardOutput.ReadToEnd(), errors = _process.StandardError.ReadToEnd();
        _process.WaitForExit();
        if (_process.ExitCode != 0) throw new AssertionException($"the attacker failed: {errors}");
        return output.Trim();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

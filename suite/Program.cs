namespace MtaSuite.Suite;

/// <summary>
/// All daemons as one executable file that is installed under the name of each: an ahead-of-time compiled program carries its runtime
/// with it, and processes share the pages of one file only. The name it is started by chooses the daemon. Each room can be published as
/// a program of its own just as well.
/// </summary>
public static class Program
{
    private static readonly Dictionary<string, Func<string[], int>> Daemons = new(StringComparer.Ordinal)
    {
        ["master"] = Master.Program.Main,
        ["smtpd"] = Smtpd.Program.Main,
        ["pickup"] = Pickup.Program.Main,
        ["cleanup"] = Cleanup.Program.Main,
        ["qmgr"] = Qmgr.Program.Main,
        ["local"] = Local.Program.Main,
        ["bounce"] = Bounce.Program.Main,
        ["relay"] = Relay.Program.Main,
        ["showq"] = Showq.Program.Main,
        ["anvil"] = Anvil.Program.Main,
        ["greylist"] = Greylist.Program.Main,
        ["verify"] = Verify.Program.Main,
        ["sts"] = Sts.Program.Main,
        ["tlsrpt"] = Tlsrpt.Program.Main,
        ["postlogd"] = Postlogd.Program.Main,
    };

    public static int Main(string[] args)
    {
        string name = Path.GetFileName(InvokedAs());
        if (Daemons.TryGetValue(name, out Func<string[], int>? main)) return main(args);
        Console.Error.WriteLine($"{name}: not the name of a daemon; there are: {string.Join(' ', Daemons.Keys)}");
        return 64;
    }

    /// <summary>argv[0], which the runtime does not keep everywhere.</summary>
    private static string InvokedAs()
    {
        string commandLine = File.ReadAllText("/proc/self/cmdline");
        int end = commandLine.IndexOf('\0');
        return end < 0 ? commandLine : commandLine[..end];
    }
}

namespace MtaSuite.Master;

/// <summary>How a command of master.cf is run. <paramref name="Program"/> null: nothing needs to run for it here.</summary>
/// <param name="Single">One process, and a new one only after the old one is gone: it owns state.</param>
/// <param name="Boot">Started with the suite; the others when somebody first connects.</param>
internal sealed record CommandRow(string? Program, bool Single = false, bool Boot = false);

/// <summary>The commands that master.cf may name and the executables that serve them.</summary>
internal static class CommandTable
{
    private static readonly CommandRow NotNeeded = new(null);

    private static readonly Dictionary<string, CommandRow> Rows = new(StringComparer.Ordinal)
    {
        ["smtpd"] = new("smtpd"),
        ["pickup"] = new("pickup", Single: true, Boot: true),
        ["cleanup"] = new("cleanup"),
        ["qmgr"] = new("qmgr", Single: true, Boot: true),
        ["local"] = new("local"),
        ["virtual"] = new("local"),
        ["pipe"] = new("local"),
        ["bounce"] = new("bounce", Single: true),
        ["error"] = new("bounce"),
        ["discard"] = new("bounce"),
        ["showq"] = new("showq", Single: true),
        ["postlogd"] = new("postlogd", Single: true),
        ["smtp"] = new("relay"),
        ["lmtp"] = new("relay"),
        ["trivial-rewrite"] = NotNeeded,
        ["proxymap"] = NotNeeded,
        ["scache"] = NotNeeded,
        ["tlsproxy"] = NotNeeded,
        ["dnsblog"] = NotNeeded,
        ["oqmgr"] = NotNeeded,
        ["nqmgr"] = NotNeeded,
        ["flush"] = NotNeeded,
        ["tlsmgr"] = NotNeeded,
        ["verify"] = new("anvil", Single: true),
        ["sts"] = new("anvil", Single: true),
        ["tlsrpt"] = new("anvil", Single: true),
        ["anvil"] = new("anvil", Single: true),
    };

    public static CommandRow? Find(string command) => Rows.GetValueOrDefault(command);
}

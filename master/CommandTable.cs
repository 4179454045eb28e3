namespace MtaSuite.Master;

/// <summary>How a command of master.cf is run. <paramref name="Program"/> null: nothing needs to run for it here.</summary>
/// <param name="Single">One process serves. On a reload its successor starts at once, beside it: the one that leaves serves nobody
/// new.</param>
/// <param name="Boot">Started with the suite; the others when a client first connects.</param>
/// <param name="Exclusive">It owns files, or the order of what it writes, alone: a new one is started only after the old one is
/// gone.</param>
internal sealed record CommandRow(string? Program, bool Single = false, bool Boot = false, bool Exclusive = false);

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
        ["spawn"] = new("local"),
        ["bounce"] = new("bounce", Single: true),
        ["error"] = new("bounce"),
        ["discard"] = new("bounce"),
        ["showq"] = new("showq", Single: true),
        ["postlogd"] = new("postlogd", Single: true, Exclusive: true),
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
        ["greylist"] = new("greylist", Single: true, Exclusive: true),
        ["mailauth"] = new("mailauth"),
        ["verify"] = new("verify", Single: true, Exclusive: true),
        ["sts"] = new("sts", Single: true),
        ["tlsrpt"] = new("tlsrpt", Single: true, Exclusive: true),
        ["anvil"] = new("anvil", Single: true, Exclusive: true),
    };

    public static CommandRow? Find(string command) => Rows.GetValueOrDefault(command);
}

using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Check;

/// <summary>The commands that master.cf may name.</summary>
public static class ServicePrograms
{
    private static readonly string[] Served =
        ["smtpd", "smtp", "lmtp", "pickup", "cleanup", "qmgr", "local", "virtual", "pipe", "spawn", "bounce", "error", "discard", "showq",
        "anvil", "greylist", "mailauth", "verify", "sts", "tlsrpt", "postlogd"];

    /// <summary>What these do for Postfix is done inside other daemons here.</summary>
    private static readonly string[] NotNeeded =
    [
        "dnsblog", "flush", "nqmgr", "oqmgr", "proxymap", "scache", "tlsmgr", "tlsproxy", "trivial-rewrite",
    ];

    private static readonly string[] NotYet = ["postscreen", "qmqpd"];

    /// <summary>The executable in daemon_directory that serves a command; null where nothing is started for it.</summary>
    public static string? ProgramOf(string command) => !Served.Contains(command) ? null : command switch
    {
        "smtp" or "lmtp" => "relay",
        "virtual" or "pipe" or "spawn" => "local",
        "error" or "discard" => "bounce",
        _ => command,
    };

    /// <summary>What there is to say about a service's command, or null. The file is the caller's to fill in.</summary>
    internal static ConfigProblem? Problem(ServiceEntry entry)
    {
        if (Served.Contains(entry.Command)) return TypeProblem(entry);
        if (NotNeeded.Contains(entry.Command))
            return new(Severity.Warning, "", entry.Line,
                $"service {entry.Name}: {entry.Command} is part of other daemons here, {Rest(entry)}");
        if (NotYet.Contains(entry.Command))
            return new(Severity.Warning, "", entry.Line,
                $"service {entry.Name}: there is no {entry.Command} yet, nothing is started for the line");
        string hint = NearName.Hint(entry.Command, Served.Concat(NotNeeded).Concat(NotYet));
        return new(Severity.Error, "", entry.Line, $"service {entry.Name}: unknown command \"{entry.Command}\"{hint}");
    }

    /// <summary>What happens to the line of a command that is not needed: its settings are never read.</summary>
    private static string Rest(ServiceEntry entry) => entry.Overrides.Count == 0 ? "the line is not needed"
        : $"which do not use the settings of this line ({string.Join(", ", entry.Overrides.Select(o => o.Key).Distinct())}):"
            + " set them in main.cf if they are needed";

    private static ConfigProblem? TypeProblem(ServiceEntry entry)
    {
        if (entry.Type == ServiceType.Pass)
            return new(Severity.Warning, "", entry.Line,
                $"service {entry.Name}: connections are not passed between daemons here, nothing is started for the line");
        if (entry.Type == ServiceType.Fifo)
            return new(Severity.Warning, "", entry.Line, $"service {entry.Name}: served on a socket; write type unix instead of fifo");
        bool datagrams = entry.Type == ServiceType.UnixDgram;
        if (datagrams == (entry.Command == "postlogd")) return null;
        return new(Severity.Error, "", entry.Line,
            $"service {entry.Name}: {entry.Command} {(datagrams ? "does not take" : "takes only")} datagrams (type unix-dgram)");
    }

    /// <summary>
    /// The chroot column, for all services that ask for it at once: a daemon here reads its tables again when they change, looks up users
    /// and hosts as /etc says and opens its log again, none of which works in a new root directory that was not filled.
    /// </summary>
    internal static ConfigProblem? ChrootProblem(IReadOnlyList<ServiceEntry> entries)
    {
        ServiceEntry[] asking = [.. entries.Where(e => e.Chroot && Served.Contains(e.Command))];
        if (asking.Length == 0) return null;
        return new(Severity.Warning, "", asking[0].Line,
            $"chroot is not honoured ({string.Join(", ", asking.Select(e => e.ToString()))}): daemons read tables and "
            + "accounts while they run; they run without any privileges instead, and a service manager can hide the rest of the system "
            + "from them");
    }
}

namespace MtaSuite.Common.Config;

/// <summary>The commands that master.cf may name.</summary>
public static class ServicePrograms
{
    private static readonly string[] Served =
        ["smtpd", "pickup", "cleanup", "qmgr", "local", "virtual", "pipe", "bounce", "error", "discard", "showq", "anvil", "verify"];

    /// <summary>What these do for Postfix is done inside other daemons here.</summary>
    private static readonly string[] NotNeeded =
    [
        "dnsblog", "flush", "nqmgr", "oqmgr", "postlogd", "proxymap", "scache", "tlsmgr", "tlsproxy", "trivial-rewrite",
    ];

    private static readonly string[] NotYet = ["smtp", "lmtp", "spawn", "postscreen", "qmqpd", "mailauth"];

    /// <summary>What there is to say about a service's command, or null. The file is the caller's to fill in.</summary>
    internal static ConfigProblem? Problem(ServiceEntry entry)
    {
        if (Served.Contains(entry.Command)) return null;
        if (NotNeeded.Contains(entry.Command))
            return new(Severity.Warning, "", entry.Line, $"service {entry.Name}: {entry.Command} is part of other daemons here, the line is not needed");
        if (NotYet.Contains(entry.Command))
            return new(Severity.Warning, "", entry.Line, $"service {entry.Name}: there is no {entry.Command} yet, nothing is started for the line");
        string hint = NearName.Hint(entry.Command, Served.Concat(NotNeeded).Concat(NotYet));
        return new(Severity.Error, "", entry.Line, $"service {entry.Name}: unknown command \"{entry.Command}\"{hint}");
    }
}

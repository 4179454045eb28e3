using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>The users and programs of pipe and spawn services. Warnings: what needs such a service waits, all other mail flows.</summary>
internal static class PipeCheck
{
    public static void Run(CheckContext context)
    {
        _ = UserDatabase.Find(context.Config.Get(CommonParams.MailOwner), out Account? owner);
        foreach (ServiceEntry entry in context.Services.Select(s => s.Entry).Where(e => e.Command is "pipe" or "spawn"))
            foreach (string problem in Problems(entry.Attributes, owner))
                context.Report(Severity.Warning, context.MasterFile, entry.Line, $"service {entry.Name}: {problem}; "
                    + (entry.Command == "pipe" ? "mail for it waits" : "its connections are closed"));
    }

    /// <summary>What is wrong with the arguments of a pipe or spawn service.</summary>
    internal static IEnumerable<string> Problems(IReadOnlyList<string> attributes, Account? owner)
    {
        string user = "", program = "";
        foreach (string item in attributes)
        {
            _ = ConfigList.TryUnbrace(item, out string attribute);
            if (attribute.StartsWith("user=", StringComparison.OrdinalIgnoreCase)) user = attribute["user=".Length..];
            if (!attribute.StartsWith("argv=", StringComparison.OrdinalIgnoreCase)) continue;
            program = attribute["argv=".Length..];
            break;
        }
        if (program.Length == 0) yield return "missing argv= command-line attribute";
        else if (program.StartsWith('/') && Paths.Access(program, Paths.X_OK) != 0) yield return $"{program}: {Errno.Text()}";
        // an instance of an ordinary user runs its commands as that user
        if (Credentials.GetEUid() == 0 && UserProblem(user, owner) is { } problem) yield return problem;
    }

    /// <summary>What is wrong with <c>user [ ":" group ]</c>, or null.</summary>
    private static string? UserProblem(string text, Account? owner)
    {
        int colon = text.IndexOf(':');
        string user = colon < 0 ? text : text[..colon], group = colon < 0 ? "" : text[(colon + 1)..];
        if (user.Length == 0) return "missing user= command-line attribute";
        if (UserDatabase.Find(user, out Account? account) != 0 || account == null) return $"unknown username: {user}";
        uint gid = account.Gid;
        if (group.Length > 0 && !UserDatabase.TryFindGroup(group, out gid)) return $"unknown group: {group}";
        if (account.Uid == 0) return "user= specifies root privileges";
        if (gid == 0) return "user= specifies privileged group id 0";
        return owner != null && (account.Uid == owner.Uid || gid == owner.Gid) ? $"user= specifies mail system owner {owner.Name}" : null;
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>Programs and accounts that are missing, and files and folders that the wrong people could write.</summary>
internal static class FileCheck
{
    public static void Run(CheckContext context, Instance instance)
    {
        foreach (ConfigProblem problem in Problems(instance)) context.Report(problem);
        Programs(context, instance);
    }

    /// <summary>The daemons that the services need.</summary>
    private static void Programs(CheckContext context, Instance instance)
    {
        string folder = instance.Config.Get(MasterParams.DaemonDirectory);
        HashSet<string> seen = [];
        foreach (ServiceEntry entry in context.Services.Select(s => s.Entry))
            if (ServicePrograms.ProgramOf(entry.Command) is { } program && seen.Add(program)
                && Paths.Access($"{folder}/{program}", Paths.X_OK) != 0)
                context.Report(Severity.Error, context.MasterFile, entry.Line,
                    $"service {entry.Name}: {folder}/{program}: {Errno.Text()}");
    }

    private static IEnumerable<ConfigProblem> Problems(Instance instance)
    {
        if (Paths.Access(instance.MasterProgram, Paths.X_OK) != 0)
            yield return Error($"daemon_directory: {instance.MasterProgram}: {Errno.Text()}");
        string ownerName = instance.Config.Get(CommonParams.MailOwner);
        if (UserDatabase.Find(ownerName, out Account? owner) != 0 || owner == null)
        {
            yield return Error($"mail_owner {ownerName}: no such account");
            yield break;
        }
        uint me = Credentials.GetEUid();
        if (me == 0 && owner.Uid == 0)
            yield return Error("mail_owner must not be root: daemons that talk to the network run as mail_owner");
        if (me != 0 && owner.Uid != me) yield return Error($"mail_owner is {owner.Name}: only root and {owner.Name} can run this instance");
        string directory = instance.ConfigDirectory;
        string[] commanding = [directory, $"{directory}/{MainCf.FileName}", $"{directory}/{MasterCf.FileName}", instance.MasterProgram];
        foreach (string path in commanding.Where(p => Paths.Access(p, Paths.F_OK) == 0))
            foreach (ConfigProblem problem in Closed(path, owner)) yield return problem;
        if (me == 0)
            foreach (ConfigProblem problem in Readable(directory)) yield return problem;
        foreach (ConfigProblem problem in Folders(instance, owner)) yield return problem;
    }

    /// <summary>Commands that users run read main.cf as those users.</summary>
    private static IEnumerable<ConfigProblem> Readable(string directory)
    {
        string main = $"{directory}/{MainCf.FileName}";
        const string so = "only root can send: sendmail exits with 75 for all others";
        if (FileStatus.TryGet(main, out FileStatus file)
            && (file.Permissions & FileModes.OthersRead) == 0) yield return Warning($"{main} cannot be read by everybody; {so}");
        for (string? folder = directory; !string.IsNullOrEmpty(folder) && folder != "/"; folder = Path.GetDirectoryName(folder))
            if (FileStatus.TryGet(folder, out FileStatus status)
                && (status.Permissions & FileModes.OthersExecute) == 0)
                yield return Warning($"{folder} cannot be entered by everybody; {so}");
    }

    /// <summary>Who may write a file of the configuration commands what root does.</summary>
    private static IEnumerable<ConfigProblem> Closed(string path, Account owner)
    {
        if (!FileStatus.TryGet(path, out FileStatus status)) yield return Error($"{path}: {Errno.Text()}");
        else if ((status.Permissions & FileModes.OthersWrite) != 0) yield return Error($"{path} can be written by anybody");
        else if ((status.Permissions & FileModes.GroupWrite) != 0 && status.Gid != 0)
            yield return Warning($"{path} can be written by its group");
        else if (status.Uid != 0 && status.Uid != Credentials.GetEUid() && Credentials.GetEUid() == 0)
            yield return status.Uid == owner.Uid ? Error($"{path} belongs to {owner.Name}: a daemon could change it")
                : Warning($"{path} does not belong to root");
    }

    private static IEnumerable<ConfigProblem> Folders(Instance instance, Account owner)
    {
        if (!Directory.Exists(instance.Spool.Root))
        {
            yield return Error($"queue_directory {instance.Spool.Root}: {Errno.Text(Errno.ENOENT)} (see mtasuite set-permissions)");
            yield break;
        }
        foreach ((string name, uint mode) in SpoolDirectory.Folders)
        {
            string path = $"{instance.Spool.Root}/{name}";
            uint expected = name == SpoolDirectory.Pid && Credentials.GetEUid() == 0 ? 0 : owner.Uid;
            if (!FileStatus.TryGet(path, out FileStatus status))
                yield return Error($"{path}: {Errno.Text()} (see mtasuite set-permissions)");
            else if (!status.IsDirectory) yield return Error($"{path} is no folder");
            else if (status.Uid != expected)
                yield return Error($"{path} belongs to user {status.Uid} instead of {expected} (see mtasuite set-permissions)");
            else if ((status.Permissions & ~mode) != 0)
                yield return Error($"{path} is open to others: mode {Convert.ToString((int)status.Permissions, 8)} instead of "
                    + $"{Convert.ToString((int)mode, 8)} (see mtasuite set-permissions)");
        }
        string data = instance.Config.Get(CommonParams.DataDirectory);
        if (!FileStatus.TryGet(data, out FileStatus dataStatus)) yield return Error($"data_directory {data}: {Errno.Text()}");
        else if (dataStatus.Uid != owner.Uid)
            yield return Error($"data_directory {data} does not belong to {owner.Name} (see mtasuite set-permissions)");
        // what is private and public needs about twenty characters more
        if ($"{instance.Spool.Root}/{SpoolDirectory.Private}/".Length > 90)
            yield return Warning($"queue_directory {instance.Spool.Root} is so long that names of sockets may not fit (107 bytes)");
    }

    private static ConfigProblem Error(string text) => new(Severity.Error, "", 0, text);

    private static ConfigProblem Warning(string text) => new(Severity.Warning, "", 0, text);
}

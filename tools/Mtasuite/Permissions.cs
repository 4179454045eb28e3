using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Owners and modes of an instance's folders. The spool's folders belong to mail_owner, but for queue_directory and pid: a daemon that was taken
/// over must not be able to replace its neighbours or choose which process "stop" ends.
/// </summary>
internal static class Permissions
{
    private const uint FolderMode = 0x1ED; // 0755
    private const uint PrivateMode = 0x1C0; // 0700

    /// <summary>mail_owner's account; null, told as fatal, when it does not exist.</summary>
    public static Account? Owner(Instance instance)
    {
        string name = instance.Config.Get(CommonParams.MailOwner);
        if (Libc.FindAccount(name, out Account? account) == 0 && account != null) return account;
        Tool.Complain($"fatal: mail_owner {name}: no such account");
        return null;
    }

    /// <summary>set-permissions: everything that exists or is missing, the messages in the queue included.</summary>
    public static int Run(Instance instance)
    {
        Account? owner = Owner(instance);
        if (owner == null) return ExitCode.Configuration;
        if (!Apply(instance, owner)) return 1;
        if (Libc.GetEUid() != 0) return ExitCode.Ok;
        foreach ((string folder, _) in SpoolDirectory.Folders)
        {
            if (folder is SpoolDirectory.Pid or SpoolDirectory.Public or SpoolDirectory.Private) continue;
            EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            foreach (string path in Directory.EnumerateFileSystemEntries($"{instance.Spool.Root}/{folder}", "*", all)) Own(path, owner);
        }
        string log = instance.Config.Get(LogParams.MaillogFile);
        if (log.Length > 0 && !log.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(log)) Own(log, owner);
        return ExitCode.Ok;
    }

    /// <summary>Before a start: makes the folders that are missing, as far as this user may.</summary>
    public static void MakeFolders(Instance instance)
    {
        if (Owner(instance) is { } owner && SpoolDirectory.Folders.Any(f => Libc.Access($"{instance.Spool.Root}/{f.Name}", Libc.F_OK) != 0)) Apply(instance, owner);
    }

    /// <summary>Makes and owns the folders; false, with the reason told, when one of them can't be.</summary>
    public static bool Apply(Instance instance, Account owner)
    {
        bool ok = Folder(instance.Spool.Root, FolderMode, null);
        foreach ((string name, uint mode) in SpoolDirectory.Folders)
            ok &= Folder($"{instance.Spool.Root}/{name}", mode, name == SpoolDirectory.Pid ? null : owner);
        ok &= Folder(instance.Config.Get(CommonParams.DataDirectory), PrivateMode, owner);
        return ok && Sync(instance.Spool.Root);
    }

    /// <summary>Before anything is promised: to sync a file need not make the folders beside its own durable (btrfs).</summary>
    private static bool Sync(string root)
    {
        int error = Libc.SyncFolder(root, wholeFileSystem: true);
        return error == 0 || Trouble("sync", root, error);
    }

    /// <summary>Makes one folder; <paramref name="owner"/> null: root's.</summary>
    internal static bool Folder(string path, uint mode, Account? owner)
    {
        if (Libc.MkDir(path, mode) != 0 && Libc.Errno != Libc.EEXIST) return Trouble("make", path, Libc.Errno);
        if (Libc.ChMod(path, mode) != 0) return Trouble("chmod", path, Libc.Errno);
        if (Libc.GetEUid() != 0) return true;
        return Libc.ChOwn(path, owner?.Uid ?? 0, owner?.Gid ?? 0) == 0 || Trouble("chown", path, Libc.Errno);
    }

    internal static void Own(string path, Account owner)
    {
        if (Libc.GetEUid() == 0 && Libc.ChOwn(path, owner.Uid, owner.Gid) != 0) Tool.Warning($"chown {path}: {Libc.ErrorText()}");
    }

    private static bool Trouble(string what, string path, int errno)
    {
        Tool.Complain($"error: {what} {path}: {Libc.ErrorText(errno)}");
        return false;
    }
}

using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Owners and modes of an instance's folders. The spool's folders belong to mail_owner, but for queue_directory and pid: a daemon that
/// was taken
/// over must not be able to replace its neighbours or choose which process "stop" ends. Root's work in what mail_owner can write goes by
/// descriptor.
/// </summary>
internal static class Permissions
{
    private const uint FolderMode = FileModes.PublicFolder;
    private const uint PrivateMode = FileModes.PrivateFolder;
    /// <summary>Folders below one of the spool's; the spool itself has one level.</summary>
    private const int MaxDepth = 8;

    /// <summary>mail_owner's account; null, told as fatal, when it does not exist.</summary>
    public static Account? Owner(Instance instance)
    {
        string name = instance.Config.Get(CommonParams.MailOwner);
        if (UserDatabase.Find(name, out Account? account) == 0 && account != null) return account;
        Tool.Complain($"fatal: mail_owner {name}: no such account");
        return null;
    }

    /// <summary>set-permissions: everything that exists or is missing, the messages in the queue included.</summary>
    public static int Run(Instance instance)
    {
        Account? owner = Owner(instance);
        if (owner == null) return ExitCode.Configuration;
        if (!Apply(instance, owner)) return 1;
        if (Credentials.GetEUid() != 0) return ExitCode.Ok;
        OwnSpool(instance, owner, files: true);
        string log = instance.Config.Get(LogParams.MaillogFile);
        if (log.Length > 0 && !log.StartsWith("/dev/", StringComparison.Ordinal)) OwnFile(log, owner);
        return ExitCode.Ok;
    }

    /// <summary>Before a start: makes the folders that are missing, as far as this user may.</summary>
    public static void MakeFolders(Instance instance)
    {
        if (Owner(instance) is { } owner && SpoolDirectory.Folders.Any(f =>
            Paths.Access($"{instance.Spool.Root}/{f.Name}", Paths.F_OK) != 0))
            Apply(instance, owner);
    }

    /// <summary>Makes and owns the folders; false, with the reason told, when one of them can't be.</summary>
    public static bool Apply(Instance instance, Account owner)
    {
        string root = instance.Spool.Root;
        bool ok = MakeFolder(root, FolderMode, null);
        using Folder? spool = Folder.TryWalk(root);
        if (spool == null) return ok && Trouble("open", root, Errno.Last);
        foreach ((string name, uint mode) in SpoolDirectory.Folders)
            ok &= Make(spool, name, $"{root}/{name}", mode, name == SpoolDirectory.Pid ? null : owner);
        ok &= MakeFolder(instance.Config.Get(CommonParams.DataDirectory), PrivateMode, owner);
        // before anything is promised: to sync a file need not make the folders beside its own durable (btrfs)
        return ok && (spool.TrySync(wholeFileSystem: true) || Trouble("sync", root, Errno.Last));
    }

    /// <summary>Makes one folder, and those above it that are missing; <paramref name="owner"/> null: root's.</summary>
    internal static bool MakeFolder(string path, uint mode, Account? owner)
    {
        using PathWalk? walk = Walk(path, mode, out int errno);
        return walk == null ? Trouble("make", path, errno) : Make(walk.Folder, walk.Name.Length == 0 ? "." : walk.Name, path, mode, owner);
    }

    private static PathWalk? Walk(string path, uint mode, out int errno)
    {
        PathWalk? walk = PathWalk.To(path, Credentials.GetEUid(), out errno);
        if (walk != null || errno != Errno.ENOENT || Path.GetDirectoryName(path) is not { Length: > 1 } above) return walk;
        using (PathWalk? parent = Walk(above, mode, out errno))
        {
            if (parent is not { Status: null } || !parent.Folder.TryMakeFolder(parent.Name, FolderMode)) return null;
        }
        return PathWalk.To(path, Credentials.GetEUid(), out errno);
    }

    private static bool Make(Folder parent, string name, string shown, uint mode, Account? owner)
    {
        if (name != "." && !parent.TryMakeFolder(name, mode) && Errno.Last != Errno.EEXIST) return Trouble("make", shown, Errno.Last);
        using Folder? folder = parent.TryOpenFolder(name);
        if (folder == null || !folder.TryStat(out FileStatus status)) return Trouble("open", shown, Errno.Last);
        (uint uid, uint gid) = Credentials.GetEUid() != 0 ? (status.Uid, status.Gid) : (owner?.Uid ?? 0, owner?.Gid ?? 0);
        if ((status.Uid, status.Gid, status.Permissions) == (uid, gid, mode)) return true;
        bool ok = (status.Uid, status.Gid) == (uid, gid) ? folder.TrySetMode(mode) : folder.TryProtect(uid, gid, mode);
        return ok || Trouble("change owner and mode of", shown, Errno.Last);
    }

    /// <summary>
    /// As root: gives mail_owner what lies in the folders of the spool, messages (<paramref name="files"/>) or folders alone.
    /// </summary>
    internal static void OwnSpool(Instance instance, Account owner, bool files)
    {
        using Folder? spool = Folder.TryWalk(instance.Spool.Root);
        foreach ((string name, _) in SpoolDirectory.Folders)
        {
            if (name is SpoolDirectory.Pid or SpoolDirectory.Public or SpoolDirectory.Private) continue;
            using Folder? folder = spool?.TryOpenFolder(name);
            if (folder != null) OwnTree(folder, $"{instance.Spool.Root}/{name}", owner, files, MaxDepth);
        }
    }

    private static void OwnTree(Folder folder, string shown, Account owner, bool files, int depth)
    {
        foreach (string name in folder.Names() ?? [])
        {
            if (!folder.TryStat(name, out FileStatus status)) continue; // gone meanwhile
            if (status.IsDirectory && depth > 0)
            {
                using Folder? below = folder.TryOpenFolder(name);
                if (below == null || !below.TryStat(out status)) continue;
                OwnTree(below, $"{shown}/{name}", owner, files, depth - 1);
                if ((status.Uid, status.Gid) != (owner.Uid, owner.Gid) && !below.TryProtect(owner.Uid, owner.Gid, status.Permissions))
                    Tool.Warning($"chown {shown}/{name}: {Errno.Text()}");
            }
            else if (files) Tell(folder.TryGiveFile(name, owner.Uid, owner.Gid), $"{shown}/{name}");
        }
    }

    /// <summary>As root: gives one file to mail_owner, if it is there.</summary>
    internal static void OwnFile(string path, Account owner)
    {
        if (Credentials.GetEUid() != 0) return;
        using PathWalk? walk = PathWalk.To(path, 0, out int errno);
        if (walk == null) Tool.Warning($"chown {path}: {Errno.Text(errno)}");
        else if (walk.Status != null) Tell(walk.Folder.TryGiveFile(walk.Name, owner.Uid, owner.Gid), path);
    }

    private static void Tell(bool done, string path)
    {
        if (done || Errno.Last == Errno.ENOENT) return;
        Tool.Warning(Errno.Last == Errno.EINVAL ? $"{path} is left as it is: no regular file"
            : Errno.Last == Errno.EMLINK ? $"{path} is left as it is: the file has other names as well"
            : $"chown {path}: {Errno.Text()}");
    }

    private static bool Trouble(string what, string path, int errno)
    {
        Tool.Complain($"error: {what} {path}: {Errno.Text(errno)}");
        return false;
    }
}

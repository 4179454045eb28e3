using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postsuper;

/// <summary>
/// Puts a spool in order, also one that was copied from elsewhere: folders, the place of each file, what crashes left behind.
/// </summary>
internal sealed class SpoolRepair(MailConfig config)
{
    /// <summary>Younger files may still be written.</summary>
    private static readonly TimeSpan MaxTemporaryAge = TimeSpan.FromDays(7);
    private readonly SpoolDirectory _spool = new(config.Get(CommonParams.QueueDirectory));

    public int Failures { get; private set; }

    /// <summary>Files of messages were moved.</summary>
    public bool Moved { get; private set; }

    /// <summary>Makes folders that are missing, and gives them and those below them to mail_owner: what needs root's rights.</summary>
    public void MakeFolders(Account owner)
    {
        Instance instance = new(config);
        if (!Permissions.Apply(instance, owner)) Failures++;
        if (Credentials.GetEUid() == 0) Permissions.OwnSpool(instance, owner, files: false);
    }

    /// <summary>Moves files that lie in the wrong folder of a hashed one. As mail_owner.</summary>
    public void FixStructure()
    {
        foreach ((string folder, _) in SpoolDirectory.Folders)
        {
            if (folder is SpoolDirectory.Public or SpoolDirectory.Private or SpoolDirectory.Pid or SpoolDirectory.Journal) continue;
            foreach (string path in Files(folder))
                if (Path.GetFileName(path) is var id && QueueId.IsValid(id) && path != _spool.PathOf(folder, id)) MoveToPlace(folder, path);
        }
    }

    private void MoveToPlace(string folder, string path)
    {
        string place = _spool.PathOf(folder, Path.GetFileName(path));
        _ = Paths.MkDir(Path.GetDirectoryName(place)!, FileModes.PrivateFolder);
        // never over a file that is there: the two are looked at by a person
        if (Paths.RenameAt2(Paths.AT_FDCWD, path, Paths.AT_FDCWD, place, Paths.RENAME_NOREPLACE) != 0)
        {
            Failures++;
            Tool.Warning($"rename file {path} as {place}: {Errno.Text()}");
            return;
        }
        Moved = true;
        Log.Info($"renamed file {path} as {place}");
    }

    /// <summary>Removes files that were never finished: names that are no queue ids, and empty or unfinished files of messages.</summary>
    public void PurgeTemporary()
    {
        long limit = DateTimeOffset.UtcNow.Subtract(MaxTemporaryAge).ToUnixTimeSeconds();
        foreach ((string folder, _) in SpoolDirectory.Folders)
        {
            if (folder is SpoolDirectory.Public or SpoolDirectory.Private or SpoolDirectory.Pid or SpoolDirectory.Corrupt
                or SpoolDirectory.Journal) continue;
            foreach (string path in Files(folder))
            {
                if (!FileStatus.TryGet(path, out FileStatus status, follow: false) || status.ModifiedSeconds > limit
                    || !IsTemporary(folder, path)) continue;
                if (Paths.Unlink(path) == 0) Log.Info($"removed file {path}");
                else if (Errno.Last != Errno.ENOENT)
                {
                    Failures++;
                    Tool.Warning($"remove file {path}: {Errno.Text()}");
                }
            }
        }
    }

    private bool IsTemporary(string folder, string path)
    {
        string id = Path.GetFileName(path);
        if (!QueueId.IsValid(id)) return true;
        return SpoolDirectory.Queues.Contains(folder) && _spool.TryRead(folder, id, out _) == QueueFileStatus.Unfinished;
    }

    private string[] Files(string folder)
    {
        string root = $"{_spool.Root}/{folder}";
        EnumerationOptions all =
            new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        return Directory.Exists(root) ? [.. Directory.EnumerateFiles(root, "*", all)] : [];
    }
}

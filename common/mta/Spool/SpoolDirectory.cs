using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>What reading a queue file came to.</summary>
public enum QueueFileStatus
{
    Ok,
    /// <summary>There is no such file (any more).</summary>
    Missing,
    /// <summary>Its writer has not finished it, or died before it did.</summary>
    Unfinished,
    /// <summary>It is damaged or none of ours.</summary>
    Corrupt,
    /// <summary>The system refused; errno says why.</summary>
    Failed,
}

/// <summary>A queue file that was read: the envelope, and where the content is.</summary>
public sealed record QueueFile(Envelope Envelope, ContentSegments Content);

/// <summary>
/// The folders of queue_directory. Paths, moves and reads of queue files; one file for each message, named after its id.
/// deferred and the logs of single messages lie in subfolders, because they may hold a million files.
/// </summary>
public sealed class SpoolDirectory(string root)
{
    public const string Maildrop = "maildrop", Incoming = "incoming", Active = "active", Deferred = "deferred", Hold = "hold",
        Corrupt = "corrupt",
        Bounce = "bounce", Defer = "defer", Trace = "trace", Public = "public", Private = "private", Pid = "pid", Journal = "journal";

    /// <summary>
    /// The owner's execute bit of a queue file: the message is to expire (postsuper -e). A mode is changed in one step, whoever has the
    /// file open.
    /// </summary>
    public const uint ForceExpireMode = FileModes.OwnerExecute;

    /// <summary>A file of the journal may take up this part of the free space at most.</summary>
    private const int ShareOfFree = 16;

    /// <summary>Head and envelope of most messages are in so many bytes.</summary>
    private const int FirstRead = 4096;

    /// <summary>Folders that hold messages.</summary>
    public static readonly string[] Queues = [Maildrop, Incoming, Active, Deferred, Hold, Corrupt];

    /// <summary>All folders with their modes.</summary>
    public static readonly (string Name, uint Mode)[] Folders =
    [
        (Maildrop, FileModes.PrivateFolder), (Incoming, FileModes.PrivateFolder), (Active, FileModes.PrivateFolder),
        (Deferred, FileModes.PrivateFolder), (Hold, FileModes.PrivateFolder), (Corrupt, FileModes.PrivateFolder),
        (Bounce, FileModes.PrivateFolder), (Defer, FileModes.PrivateFolder), (Trace, FileModes.PrivateFolder),
        (Journal, FileModes.PrivateFolder), (Public, FileModes.PublicFolder), (Private, FileModes.PrivateFolder),
        (Pid, FileModes.PublicFolder),
    ];

    public string Root { get; } = root;

    public static bool IsHashed(string folder) => folder is Deferred or Defer;

    /// <summary>Where a message's file lies in a folder.</summary>
    public string PathOf(string folder, string id) =>
        IsHashed(folder) ? string.Concat($"{Root}/{folder}/", id.AsSpan(QueueIdHash(id), 1), "/", id) : $"{Root}/{folder}/{id}";

    private static int QueueIdHash(string id) => Math.Max(0, Math.Min(id.Length - 1, QueueId.Length - 7));

    public string SocketPath(bool isPrivate, string service) => $"{Root}/{(isPrivate ? Private : Public)}/{service}";

    /// <summary>There is space in plenty for a file of so many bytes that only serves speed; false too when nobody knows.</summary>
    public bool HasRoomFor(long bytes) => FileSystem.TryFreeSpace(Root, out long free, out _) && bytes <= free / ShareOfFree;

    /// <summary>Moves a message's file; makes the subfolder when needed. 0 or errno.</summary>
    public int Move(string id, string from, string to)
    {
        string source = PathOf(from, id), target = PathOf(to, id);
        if (Paths.Rename(source, target) == 0) return 0;
        int error = Errno.Last;
        if (error != Errno.ENOENT || !IsHashed(to)) return error;
        _ = Paths.MkDir(Path.GetDirectoryName(target)!, FileModes.PrivateFolder);
        return Paths.Rename(source, target) == 0 ? 0 : Errno.Last;
    }

    /// <summary>Removes a message's file. 0 or errno.</summary>
    public int Remove(string folder, string id) => Paths.Unlink(PathOf(folder, id)) == 0 ? 0 : Errno.Last;

    /// <summary>The ids of a folder with the folder's subfolders; names that are no ids are passed over.</summary>
    public IEnumerable<string> Ids(string folder)
    {
        string path = $"{Root}/{folder}";
        if (!Directory.Exists(path)) yield break;
        EnumerationOptions options = new() { RecurseSubdirectories = IsHashed(folder), AttributesToSkip = 0, IgnoreInaccessible = true };
        using IEnumerator<string>? files = Attempt(path, () => Directory.EnumerateFiles(path, "*", options).GetEnumerator());
        while (files != null && Attempt(path, files.MoveNext))
        {
            string name = Path.GetFileName(files.Current);
            if (QueueId.IsValid(name)) yield return name;
        }
    }

    /// <summary>A folder that cannot be read, or not to its end, is a warning: the next look at it finds the rest.</summary>
    private static T? Attempt<T>(string path, Func<T> step)
    {
        try { return step(); }
        catch (IOException e) { Log.Log.Warning($"folder {path}: {e.Message}"); }
        catch (UnauthorizedAccessException e) { Log.Log.Warning($"folder {path}: {e.Message}"); }
        return default;
    }

    /// <summary>Reads head and envelope of a queue file.</summary>
    public QueueFileStatus TryRead(string folder, string id, out QueueFile? file)
    {
        file = null;
        const int flags = FileIO.O_RDONLY | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK;
        using FileDescriptor? opened = FileDescriptor.TryOpen(PathOf(folder, id), flags);
        if (opened == null) return Errno.Last == Errno.ENOENT ? QueueFileStatus.Missing : QueueFileStatus.Failed;
        return TryRead(opened.Fd, id, out file);
    }

    /// <summary>Reads head and envelope from an open queue file.</summary>
    public static QueueFileStatus TryRead(int fd, string id, out QueueFile? file)
    {
        file = null;
        byte[] first = new byte[FirstRead];
        int n = FileIO.PRead(fd, first, 0); // fails on what is no regular file
        if (n < 0) return QueueFileStatus.Failed;
        if (n == 0) return QueueFileStatus.Unfinished;
        if (!QueueFileHead.TryRead(first.AsSpan(0, n), out QueueFileHead head)) return QueueFileStatus.Corrupt;
        if (head.IsUnfinished) return QueueFileStatus.Unfinished;
        if (!FileStatus.TryGet(fd, out FileStatus status)) return QueueFileStatus.Failed;
        // shorter than it says: the writer died before the sync, so nobody was told that the message is ours
        if (status.Size < head.End) return QueueFileStatus.Unfinished;
        ReadOnlySpan<byte> envelope;
        if (head.EnvelopeOffset + head.EnvelopeLength <= n) envelope = first.AsSpan((int)head.EnvelopeOffset, head.EnvelopeLength);
        else
        {
            byte[] whole = new byte[head.EnvelopeLength];
            for (int have = 0; have < whole.Length; have += n)
            {
                n = FileIO.PRead(fd, whole.AsSpan(have), head.EnvelopeOffset + have);
                if (n <= 0) return n < 0 ? QueueFileStatus.Failed : QueueFileStatus.Corrupt;
            }
            envelope = whole;
        }
        Envelope e = new() { QueueId = id };
        if (!QueueFileFormat.TryReadEnvelope(envelope, head, e)) return QueueFileStatus.Corrupt;
        if ((status.Permissions & ForceExpireMode) != 0) e.Flags |= MessageFlags.ForceExpire;
        file = new QueueFile(e, head.Content);
        return QueueFileStatus.Ok;
    }
}

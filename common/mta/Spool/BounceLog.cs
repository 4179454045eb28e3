using System.Buffers;
using System.Numerics;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The per-message logs under the spool: one file for each queue id in bounce/, defer/ and trace/, one record per line
/// (<see cref="LogRecordCodec"/>). Calls block on the disk and may come from any thread and process: flock(2) on the file orders them.
/// A defer log grows with each attempt, so it is rewritten with only the newest line for each recipient whenever its size doubles.
/// </summary>
public sealed class BounceLog(SpoolDirectory spool)
{
    /// <summary>Logs below this size are not rewritten.</summary>
    public const long RewriteSize = 256 * 1024;

    public static string FolderName(LogFolder folder) => folder switch
    {
        LogFolder.Bounce => SpoolDirectory.Bounce,
        LogFolder.Defer => SpoolDirectory.Defer,
        _ => SpoolDirectory.Trace,
    };

    /// <summary>
    /// Adds records with a single write. A failure or success is on stable storage when this says Ok, because the recipient is then marked
    /// done in the queue file; a defer record only informs, so it is not waited for. On an error the file is as before and the outcome
    /// temporary.
    /// </summary>
    public Outcome Append(LogFolder folder, string queueId, IReadOnlyList<DeliveryRecord> records)
    {
        if (!QueueId.IsValid(queueId)) return Outcome.Defer("4.3.0", "malformed queue id");
        string path = PathOf(folder, queueId);
        using FileDescriptor? file = OpenLocked(path, FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_APPEND, exclusive: true);
        if (file == null) return Failure("open", path);
        if (!FileStatus.TryGet(file.Fd, out FileStatus status)) return Failure("stat", path);
        ArrayBufferWriter<byte> text = new();
        Span<byte> last = stackalloc byte[1];
        // a line that a crash tore must not swallow the next one
        if (status.Size > 0 && FileIO.PRead(file.Fd, last, status.Size - 1) == 1 && last[0] != '\n') text.Write("\n"u8);
        foreach (DeliveryRecord record in records) LogRecordCodec.Encode(record, text);
        if (!FileIO.WriteAll(file.Fd, text.WrittenSpan) || (folder != LogFolder.Defer && FileIO.Fsync(file.Fd) != 0))
        {
            Outcome failure = Failure("write", path);
            FileIO.FTruncate(file.Fd, status.Size);
            return failure;
        }
        if (folder == LogFolder.Defer && IsRewriteDue(status.Size, status.Size + text.WrittenCount)) Rewrite(file, path);
        return Outcome.Ok("logged");
    }

    /// <summary>Opens a log for reading, as it is now. Null when there is none or it cannot be read.</summary>
    public LogSnapshot? Open(LogFolder folder, string queueId)
    {
        if (!QueueId.IsValid(queueId)) return null;
        FileDescriptor? file = OpenLocked(PathOf(folder, queueId), FileIO.O_RDONLY, exclusive: false);
        if (file == null) return null;
        LogSnapshot snapshot = new(file);
        // what is appended from now on lies beyond the snapshot's end, and a rewrite makes a new file
        FileLocks.Flock(file.Fd, FileLocks.LOCK_UN);
        return snapshot;
    }

    /// <summary>
    /// Deletes a log; a missing one is not an error. One that cannot be deleted is emptied: what it says was told, and is not to be told
    /// again.
    /// </summary>
    public Outcome Remove(LogFolder folder, string queueId)
    {
        if (!QueueId.IsValid(queueId)) return Outcome.Defer("4.3.0", "malformed queue id");
        string path = PathOf(folder, queueId);
        if (Paths.Unlink(path) == 0 || Errno.Last == Errno.ENOENT) return Outcome.Ok("removed");
        Outcome failure = Failure("remove", path);
        using FileDescriptor? file = OpenLocked(path, FileIO.O_RDWR, exclusive: true);
        return file != null && FileIO.FTruncate(file.Fd, 0) == 0 ? Outcome.Ok("emptied") : failure;
    }

    private string PathOf(LogFolder folder, string queueId) => spool.PathOf(FolderName(folder), queueId);

    /// <summary>Due when the size passes a power of two times <see cref="RewriteSize"/>: needs no memory and costs O(1) a byte.</summary>
    private static bool IsRewriteDue(long before, long after) =>
        BitOperations.Log2((ulong)(before / RewriteSize)) != BitOperations.Log2((ulong)(after / RewriteSize))
        || (before < RewriteSize && after >= RewriteSize);

    /// <summary>Opens and locks, again when the file was rewritten or removed between the two.</summary>
    private static FileDescriptor? OpenLocked(string path, int flags, bool exclusive)
    {
        bool madeFolder = false;
        while (true)
        {
            FileDescriptor? file = FileDescriptor.TryOpen(path, flags | FileIO.O_NOFOLLOW, FileModes.PrivateFile);
            if (file == null)
            {
                if (Errno.Last != Errno.ENOENT || (flags & FileIO.O_CREAT) == 0 || madeFolder) return null;
                madeFolder = true;
                if (!TryMakeFolder(path)) return null;
                continue;
            }
            while (FileLocks.Flock(file.Fd, exclusive ? FileLocks.LOCK_EX : FileLocks.LOCK_SH) != 0 && Errno.Last == Errno.EINTR) { }
            if (!FileStatus.TryGet(file.Fd, out FileStatus status) || status.Links > 0) return file;
            file.Dispose();
        }
    }

    private static bool TryMakeFolder(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (Exists(folder)) return true;
        return Errno.Last == Errno.ENOENT && Exists(Path.GetDirectoryName(folder)!) && Exists(folder);

        // another thread may make it at the same time
        static bool Exists(string folder) => Paths.MkDir(folder, FileModes.PrivateFolder) == 0 || Errno.Last == Errno.EEXIST;
    }

    /// <summary>
    /// Puts a file with only the newest records in the place of a locked one. On an error the old one stays, which is as good, only larger.
    /// </summary>
    private static void Rewrite(FileDescriptor file, string path)
    {
        string temporary = path + ".new";
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_TRUNC | FileIO.O_NOFOLLOW;
        using FileDescriptor? output = FileDescriptor.TryOpen(temporary, flags, FileModes.PrivateFile);
        if (output == null) return;
        ArrayBufferWriter<byte> text = new();
        bool ok = true;
        foreach (DeliveryRecord record in new LogSnapshot(file, owns: false))
        {
            LogRecordCodec.Encode(record, text);
            if (text.WrittenCount < 64 * 1024) continue;
            ok &= FileIO.WriteAll(output.Fd, text.WrittenSpan);
            text.ResetWrittenCount();
        }
        ok &= FileIO.WriteAll(output.Fd, text.WrittenSpan);
        if (!ok || Paths.Rename(temporary, path) != 0) Paths.Unlink(temporary);
    }

    private static Outcome Failure(string call, string path) => Outcome.Defer("4.3.0", $"log file {path}: {call}: {Errno.Text()}");
}

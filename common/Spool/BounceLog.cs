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
        int fd = OpenLocked(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_APPEND, exclusive: true);
        if (fd < 0) return Failure("open", path);
        try
        {
            if (!Libc.TryStat(fd, out Libc.FileStatus status)) return Failure("stat", path);
            ArrayBufferWriter<byte> text = new();
            Span<byte> last = stackalloc byte[1];
            // a line that a crash tore must not swallow the next one
            if (status.Size > 0 && Libc.PRead(fd, last, status.Size - 1) == 1 && last[0] != '\n') text.Write("\n"u8);
            foreach (DeliveryRecord record in records) LogRecordCodec.Encode(record, text);
            if (!Libc.WriteAll(fd, text.WrittenSpan) || (folder != LogFolder.Defer && Libc.Fsync(fd) != 0))
            {
                Outcome failure = Failure("write", path);
                Libc.FTruncate(fd, status.Size);
                return failure;
            }
            if (folder == LogFolder.Defer && IsRewriteDue(status.Size, status.Size + text.WrittenCount)) Rewrite(fd, path);
            return Outcome.Ok("logged");
        }
        finally
        {
            Libc.Close(fd);
        }
    }

    /// <summary>Opens a log for reading, as it is now. Null when there is none or it cannot be read.</summary>
    public LogSnapshot? Open(LogFolder folder, string queueId)
    {
        if (!QueueId.IsValid(queueId)) return null;
        int fd = OpenLocked(PathOf(folder, queueId), Libc.O_RDONLY, exclusive: false);
        if (fd < 0) return null;
        LogSnapshot snapshot = new(fd);
        // what is appended from now on lies beyond the snapshot's end, and a rewrite makes a new file
        Libc.Flock(fd, Libc.LOCK_UN);
        return snapshot;
    }

    /// <summary>Deletes a log; a missing one is not an error.</summary>
    public Outcome Remove(LogFolder folder, string queueId)
    {
        if (!QueueId.IsValid(queueId)) return Outcome.Defer("4.3.0", "malformed queue id");
        string path = PathOf(folder, queueId);
        return Libc.Unlink(path) == 0 || Libc.Errno == Libc.ENOENT ? Outcome.Ok("removed") : Failure("remove", path);
    }

    private string PathOf(LogFolder folder, string queueId) => spool.PathOf(FolderName(folder), queueId);

    /// <summary>Due when the size passes a power of two times <see cref="RewriteSize"/>: needs no memory and costs O(1) a byte.</summary>
    private static bool IsRewriteDue(long before, long after) =>
        BitOperations.Log2((ulong)(before / RewriteSize)) != BitOperations.Log2((ulong)(after / RewriteSize))
        || (before < RewriteSize && after >= RewriteSize);

    /// <summary>Opens and locks, again when the file was rewritten or removed between the two.</summary>
    private static int OpenLocked(string path, int flags, bool exclusive)
    {
        bool madeFolder = false;
        while (true)
        {
            int fd = Libc.Open(path, flags | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0x180);
            if (fd < 0)
            {
                if (Libc.Errno != Libc.ENOENT || (flags & Libc.O_CREAT) == 0 || madeFolder) return -1;
                madeFolder = true;
                if (!TryMakeFolder(path)) return -1;
                continue;
            }
            while (Libc.Flock(fd, exclusive ? Libc.LOCK_EX : Libc.LOCK_SH) != 0 && Libc.Errno == Libc.EINTR) { }
            if (!Libc.TryStat(fd, out Libc.FileStatus status) || status.Links > 0) return fd;
            Libc.Close(fd);
        }
    }

    private static bool TryMakeFolder(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (Exists(folder)) return true;
        return Libc.Errno == Libc.ENOENT && Exists(Path.GetDirectoryName(folder)!) && Exists(folder);

        // another thread may make it at the same time
        static bool Exists(string folder) => Libc.MkDir(folder, 0x1C0) == 0 || Libc.Errno == Libc.EEXIST;
    }

    /// <summary>
    /// Puts a file with only the newest records in the place of a locked one. On an error the old one stays, which is as good, only larger.
    /// </summary>
    private static void Rewrite(int fd, string path)
    {
        string temporary = path + ".new";
        int output = Libc.Open(temporary, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0x180);
        if (output < 0) return;
        ArrayBufferWriter<byte> text = new();
        bool ok = true;
        foreach (DeliveryRecord record in new LogSnapshot(fd, owns: false))
        {
            LogRecordCodec.Encode(record, text);
            if (text.WrittenCount < 64 * 1024) continue;
            ok &= Libc.WriteAll(output, text.WrittenSpan);
            text.ResetWrittenCount();
        }
        ok &= Libc.WriteAll(output, text.WrittenSpan);
        Libc.Close(output);
        if (!ok || Libc.Rename(temporary, path) != 0) Libc.Unlink(temporary);
    }

    private static Outcome Failure(string call, string path) => Outcome.Defer("4.3.0", $"log file {path}: {call}: {Libc.ErrorText()}");
}

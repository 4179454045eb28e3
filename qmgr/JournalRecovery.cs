using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Qmgr;

/// <summary>
/// After a failure of the machine: brings back the queue files that the journal has a copy of and that did not reach the disk. To be run
/// before the queue is looked at. Segments of this run of the kernel are left alone, because what was written since is in the page cache,
/// if it is not on the disk.
/// </summary>
/// <param name="isRemoved">Tells of ids that are known to be done.</param>
public sealed class JournalRecovery(SpoolDirectory spool, Func<string, bool> isRemoved)
{
    /// <summary>A segment larger than this is none of ours.</summary>
    private const long MaxSegment = 64 * 1024 * 1024;

    /// <summary>Messages that were brought back.</summary>
    public int Recovered { get; private set; }

    /// <summary>Why a segment was left as it was, to be tried again at the next start; empty: none was.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Goes through all segments.</summary>
    public void Run()
    {
        Guid boot = JournalFormat.BootId();
        string folder = $"{spool.Root}/{SpoolDirectory.Journal}";
        if (boot == Guid.Empty || !Directory.Exists(folder)) return;
        foreach (string path in Directory.EnumerateFiles(folder))
            if (int.TryParse(Path.GetFileName(path), out _) && Recover(path, boot) is { } problem) Problems.Add($"{path}: {problem}");
    }

    /// <summary>Null, or what went wrong.</summary>
    private string? Recover(string path, Guid boot)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDWR | FileIO.O_NOFOLLOW);
        if (file == null) return Errno.Text();
        // somebody writes to it: it is of today
        if (FileLocks.Flock(file.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) != 0
            || !FileStatus.TryGet(file.Fd, out FileStatus status)) return null;
        byte[] head = new byte[JournalFormat.HeadSize];
        int n = FileIO.PRead(file.Fd, head, 0);
        if (n < 0) return Errno.Text();
        if (!JournalFormat.TryReadHead(head.AsSpan(0, n), out ulong generation, out Guid of) || of == boot || status.Size > MaxSegment)
            return null;
        byte[] records = new byte[status.Size - n];
        for (int have = 0; have < records.Length; have += n)
            if ((n = FileIO.PRead(file.Fd, records.AsSpan(have), JournalFormat.HeadSize + have)) <= 0)
                return n < 0 ? Errno.Text() : "unexpected end";
        return Recover(records, generation) ?? Forget(file.Fd, head, generation, boot);
    }

    private string? Recover(ReadOnlySpan<byte> records, ulong generation)
    {
        while (JournalFormat.TryReadRecord(records, generation, out string id, out bool held, out int length))
        {
            ReadOnlySpan<byte> image = records[JournalFormat.RecordHead..length];
            records = records[length..];
            if (!isRemoved(id) && !IsThere(id, image) && !TryRestore(id, held ? SpoolDirectory.Hold : SpoolDirectory.Incoming, image))
                return $"{id}: {Errno.Text()}";
        }
        return null;
    }

    /// <summary>The message is in some queue, whole. What is left of it otherwise is removed.</summary>
    private bool IsThere(string id, ReadOnlySpan<byte> image)
    {
        bool found = false;
        foreach (string queue in SpoolDirectory.Queues)
        {
            if (queue == SpoolDirectory.Maildrop) continue;
            string path = spool.PathOf(queue, id);
            if (!FileStatus.TryGet(path, out FileStatus status, follow: false)) continue;
            if (queue == SpoolDirectory.Corrupt || Has(path, status.Size, image)) found = true;
            else _ = Paths.Unlink(path);
        }
        return found;
    }

    /// <summary>The head, the envelope and the content are as they were; marks of recipients may have been set. Those that relied on this
    /// record are taken back.</summary>
    private static bool Has(string path, long size, ReadOnlySpan<byte> image)
    {
        if (size != image.Length || !QueueFileHead.TryRead(image, out QueueFileHead head)
            || head.EnvelopeOffset + head.EnvelopeLength > image.Length) return false;
        using FileDescriptor? opened = FileDescriptor.TryOpen(path, FileIO.O_RDWR | FileIO.O_NOFOLLOW);
        if (opened == null) return false;
        byte[] file = new byte[image.Length];
        int envelope = (int)head.EnvelopeOffset, behind = envelope + head.EnvelopeLength;
        return FileIO.PRead(opened.Fd, file, 0) == file.Length && file.AsSpan(0, envelope).SequenceEqual(image[..envelope])
            && head.Matches(file.AsSpan(envelope, head.EnvelopeLength))
            && file.AsSpan(behind).SequenceEqual(image[behind..])
            && TakeBack(opened.Fd, file.AsSpan(envelope, head.EnvelopeLength), envelope);
    }

    /// <summary>Deliveries of which nobody knows whether they reached the disk are to be made again.</summary>
    private static bool TakeBack(int fd, ReadOnlySpan<byte> envelope, int offset)
    {
        int at = 0;
        while (envelope[at..].IndexOf([(byte)'\n', QueueFileFormat.Unsynced, (byte)' ']) is var found and >= 0)
        {
            at += found + 1;
            if (FileIO.PWrite(fd, [QueueFileFormat.Pending], offset + at) != 1) return false;
        }
        return true;
    }

    private bool TryRestore(string id, string queue, ReadOnlySpan<byte> image)
    {
        const int flags = FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_EXCL | FileIO.O_NOFOLLOW;
        using FileDescriptor? file = FileDescriptor.TryOpen(spool.PathOf(queue, id), flags, FileModes.PrivateFile);
        if (file == null) return false;
        bool written = FileIO.PWriteAll(file.Fd, image, 0);
        if (written) Recovered++;
        return written;
    }

    private static string? Forget(int fd, byte[] head, ulong generation, Guid boot)
    {
        Array.Clear(head);
        JournalFormat.WriteHead(head, generation + 1, boot);
        return FileSystem.Sync(fd) == 0 && FileIO.PWriteAll(fd, head, 0) && FileIO.Fsync(fd) == 0 ? null : Errno.Text();
    }
}

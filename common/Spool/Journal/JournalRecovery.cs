using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool.Journal;

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
        int fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
        if (fd < 0) return Libc.ErrorText();
        try
        {
            // somebody writes to it: it is of today
            if (Libc.Flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) != 0 || !Libc.TryStat(fd, out Libc.FileStatus status)) return null;
            byte[] head = new byte[JournalFormat.HeadSize];
            int n = Libc.PRead(fd, head, 0);
            if (n < 0) return Libc.ErrorText();
            if (!JournalFormat.TryReadHead(head.AsSpan(0, n), out ulong generation, out Guid of) || of == boot || status.Size > MaxSegment)
                return null;
            byte[] records = new byte[status.Size - n];
            for (int have = 0; have < records.Length; have += n)
                if ((n = Libc.PRead(fd, records.AsSpan(have), JournalFormat.HeadSize + have)) <= 0)
                    return n < 0 ? Libc.ErrorText() : "unexpected end";
            return Recover(records, generation) ?? Forget(fd, head, generation, boot);
        }
        finally { _ = Libc.Close(fd); }
    }

    private string? Recover(ReadOnlySpan<byte> records, ulong generation)
    {
        while (JournalFormat.TryReadRecord(records, generation, out string id, out bool held, out int length))
        {
            ReadOnlySpan<byte> image = records[JournalFormat.RecordHead..length];
            records = records[length..];
            if (!isRemoved(id) && !IsThere(id, image) && !TryRestore(id, held ? SpoolDirectory.Hold : SpoolDirectory.Incoming, image))
                return $"{id}: {Libc.ErrorText()}";
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
            if (!Libc.TryStat(path, out Libc.FileStatus status, follow: false)) continue;
            if (queue == SpoolDirectory.Corrupt || Has(path, status.Size, image)) found = true;
            else _ = Libc.Unlink(path);
        }
        return found;
    }

    /// <summary>The head, the envelope and the content are as they were; marks of recipients may have been set. Those that relied on this
    /// record are taken back.</summary>
    private static bool Has(string path, long size, ReadOnlySpan<byte> image)
    {
        if (size != image.Length || !QueueFileHead.TryRead(image, out QueueFileHead head)
            || head.EnvelopeOffset + head.EnvelopeLength > image.Length) return false;
        int fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
        if (fd < 0) return false;
        byte[] file = new byte[image.Length];
        int envelope = (int)head.EnvelopeOffset, behind = envelope + head.EnvelopeLength;
        bool same = Libc.PRead(fd, file, 0) == file.Length && file.AsSpan(0, envelope).SequenceEqual(image[..envelope])
            && head.Matches(file.AsSpan(envelope, head.EnvelopeLength))
            && file.AsSpan(behind).SequenceEqual(image[behind..]) && TakeBack(fd, file.AsSpan(envelope, head.EnvelopeLength), envelope);
        _ = Libc.Close(fd);
        return same;
    }

    /// <summary>Deliveries of which nobody knows whether they reached the disk are to be made again.</summary>
    private static bool TakeBack(int fd, ReadOnlySpan<byte> envelope, int offset)
    {
        int at = 0;
        while (envelope[at..].IndexOf([(byte)'\n', QueueFileFormat.Unsynced, (byte)' ']) is var found and >= 0)
        {
            at += found + 1;
            if (Libc.PWrite(fd, [QueueFileFormat.Pending], offset + at) != 1) return false;
        }
        return true;
    }

    private bool TryRestore(string id, string queue, ReadOnlySpan<byte> image)
    {
        int fd = Libc.Open(spool.PathOf(queue, id), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC | Libc.O_NOFOLLOW,
            0x180 /* 0600 */);
        if (fd < 0) return false;
        bool written = Libc.PWriteAll(fd, image, 0);
        _ = Libc.Close(fd);
        if (written) Recovered++;
        return written;
    }

    private static string? Forget(int fd, byte[] head, ulong generation, Guid boot)
    {
        Array.Clear(head);
        JournalFormat.WriteHead(head, generation + 1, boot);
        return Libc.SyncFs(fd) == 0 && Libc.PWriteAll(fd, head, 0) && Libc.Fsync(fd) == 0 ? null : Libc.ErrorText();
    }
}

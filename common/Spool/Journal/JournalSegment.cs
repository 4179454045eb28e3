using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool.Journal;

/// <summary>
/// A segment that this process writes to; the lock on its file keeps others away. Its blocks were written once when it was made, so that a
/// record costs the disk the writing of its bytes and nothing else: no new inode, no new name, no commit of the file system's journal. Not
/// for several threads at once, but for <see cref="Sync"/>.
/// </summary>
public sealed class JournalSegment : IDisposable
{
    /// <summary>More processes than that have no journal.</summary>
    public const int MaxNumber = 100;
    private readonly int _fd;
    private readonly byte[] _head = new byte[JournalFormat.RecordHead];
    private readonly Guid _boot;
    private ulong _generation;

    private JournalSegment(int fd, int number, Guid boot) => (_fd, Number, _boot) = (fd, number, boot);

    /// <summary>Its file's name.</summary>
    public int Number { get; }

    /// <summary>This use of the segment: what is appended now is discarded when it ends.</summary>
    public ulong Generation => _generation;

    /// <summary>Bytes of the file.</summary>
    public long Size { get; private set; }

    /// <summary>Where the next record goes.</summary>
    public long End { get; private set; } = JournalFormat.HeadSize;

    public bool IsEmpty => End == JournalFormat.HeadSize;

    public static string PathOf(SpoolDirectory spool, int number) => $"{spool.Root}/{SpoolDirectory.Journal}/{number}";

    /// <summary>
    /// Takes a segment, making its file if there is none. Null when another process has it, when it holds what is to be recovered first, or
    /// when that failed: then
    /// <paramref name="error"/> is an errno, else 0.
    /// </summary>
    /// <param name="number">From 0, below <see cref="MaxNumber"/>.</param>
    /// <param name="size">Bytes of a new file.</param>
    /// <param name="boot">What <see cref="JournalFormat.BootId"/> gives.</param>
    public static JournalSegment? Claim(SpoolDirectory spool, int number, long size, Guid boot, out int error)
    {
        error = 0;
        int fd = Libc.Open(PathOf(spool, number), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0x180 /* 0600 */);
        if (fd < 0)
        {
            error = Libc.Errno;
            return null;
        }
        JournalSegment segment = new(fd, number, boot);
        bool ready = false;
        if (Libc.Flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0 && !segment.IsToBeRecovered())
        {
            ready = segment.TryFill(size) && segment.TryRelease();
            if (!ready) error = Libc.Errno;
        }
        if (ready) return segment;
        segment.Dispose();
        return null;
    }

    /// <summary>Records of an earlier run of the kernel may be all there is of their messages.</summary>
    private bool IsToBeRecovered()
    {
        if (!Libc.TryStat(_fd, out Libc.FileStatus status)) return true;
        Size = status.Size;
        Span<byte> head = stackalloc byte[JournalFormat.HeadSize];
        int n = Libc.PRead(_fd, head, 0);
        if (n < 0) return true;
        if (!JournalFormat.TryReadHead(head[..n], out _generation, out Guid boot))
        {
            Span<byte> random = stackalloc byte[sizeof(ulong)];
            Libc.FillRandom(random);
            _generation = BinaryPrimitives.ReadUInt64LittleEndian(random) >> 1;
            return false;
        }
        return boot != _boot && Size > JournalFormat.HeadSize;
    }

    /// <summary>
    /// Writes the file up to a size with zeros, so that its blocks are there; false with errno set, and the size as it was.
    /// </summary>
    public bool TryFill(long size)
    {
        if (size <= Size) return true;
        byte[] zeros = new byte[64 * 1024];
        for (long at = Size; at < size; at += zeros.Length)
            if (!Libc.PWriteAll(_fd, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at))
            {
                _ = Libc.FTruncate(_fd, Size);
                return false;
            }
        if (Libc.Fsync(_fd) != 0) return false;
        Size = size;
        return true;
    }

    /// <summary>
    /// Writes a record behind the others, into the page cache; false when there is no room for it, or with errno set when it could not be
    /// written.
    /// </summary>
    public bool TryAppend(string id, bool held, ReadOnlySpan<byte> image)
    {
        if (image.Length > Size - End - JournalFormat.RecordHead) return false;
        JournalFormat.WriteRecordHead(_head, _generation, id, held, image);
        if (!Libc.PWriteAll(_fd, _head, image, End)) return false;
        End += JournalFormat.RecordHead + image.Length;
        return true;
    }

    /// <summary>Waits until all records that were appended before are on stable storage; 0 or errno.</summary>
    public int Sync() => Libc.FdataSync(_fd) == 0 ? 0 : Libc.Errno;

    /// <summary>
    /// Makes the queue files themselves durable, with everything else on their file system, deliveries too (<see cref="JournalCover"/>),
    /// and then forgets the records. False with errno set: the segment must not be used again.
    /// </summary>
    public bool TryRelease()
    {
        if (Libc.PWrite(_fd, [1], JournalFormat.ClosingAt) != 1 || Libc.SyncFs(_fd) != 0) return false;
        Span<byte> head = stackalloc byte[JournalFormat.HeadSize];
        head.Clear();
        JournalFormat.WriteHead(head, ++_generation, _boot);
        if (!Libc.PWriteAll(_fd, head, 0) || Libc.FdataSync(_fd) != 0) return false;
        End = JournalFormat.HeadSize;
        return true;
    }

    public void Dispose() => _ = Libc.Close(_fd);
}

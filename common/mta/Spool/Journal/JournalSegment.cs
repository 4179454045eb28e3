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
    private readonly FileDescriptor _file;
    private readonly byte[] _head = new byte[JournalFormat.RecordHead];
    private readonly Guid _boot;
    private ulong _generation;

    private JournalSegment(FileDescriptor file, int number, Guid boot) => (_file, Number, _boot) = (file, number, boot);

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
        const int flags = FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_NOFOLLOW;
        FileDescriptor? file = FileDescriptor.TryOpen(PathOf(spool, number), flags, FileModes.PrivateFile);
        if (file == null)
        {
            error = Errno.Last;
            return null;
        }
        JournalSegment segment = new(file, number, boot);
        bool ready = false;
        if (FileLocks.Flock(file.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) == 0 && !segment.IsToBeRecovered())
        {
            ready = segment.TryFill(size) && segment.TryRelease();
            if (!ready) error = Errno.Last;
        }
        if (ready) return segment;
        segment.Dispose();
        return null;
    }

    /// <summary>Records of an earlier run of the kernel may be all there is of their messages.</summary>
    private bool IsToBeRecovered()
    {
        if (!FileStatus.TryGet(_file.Fd, out FileStatus status)) return true;
        Size = status.Size;
        Span<byte> head = stackalloc byte[JournalFormat.HeadSize];
        int n = FileIO.PRead(_file.Fd, head, 0);
        if (n < 0) return true;
        if (!JournalFormat.TryReadHead(head[..n], out _generation, out Guid boot))
        {
            Span<byte> random = stackalloc byte[sizeof(ulong)];
            KernelRandom.Fill(random);
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
            if (!FileIO.PWriteAll(_file.Fd, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)), at))
            {
                _ = FileIO.FTruncate(_file.Fd, Size);
                return false;
            }
        if (FileIO.Fsync(_file.Fd) != 0) return false;
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
        if (!FileIO.PWriteAll(_file.Fd, _head, image, End)) return false;
        End += JournalFormat.RecordHead + image.Length;
        return true;
    }

    /// <summary>Waits until all records that were appended before are on stable storage; 0 or errno.</summary>
    public int Sync() => FileIO.FdataSync(_file.Fd) == 0 ? 0 : Errno.Last;

    /// <summary>
    /// Makes the queue files themselves durable, with everything else on their file system, deliveries too (JournalCover in local),
    /// and then forgets the records. False with errno set: the segment must not be used again.
    /// </summary>
    public bool TryRelease()
    {
        if (FileIO.PWrite(_file.Fd, [1], JournalFormat.ClosingAt) != 1 || FileSystem.Sync(_file.Fd) != 0) return false;
        Span<byte> head = stackalloc byte[JournalFormat.HeadSize];
        head.Clear();
        JournalFormat.WriteHead(head, ++_generation, _boot);
        if (!FileIO.PWriteAll(_file.Fd, head, 0) || FileIO.FdataSync(_file.Fd) != 0) return false;
        End = JournalFormat.HeadSize;
        return true;
    }

    public void Dispose() => _file.Dispose();
}

using System.Globalization;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// The ids of messages that were removed lately, so that the journal does not bring them back after a failure of the machine. A ring of
/// lines in a file whose blocks were written once: id SP number LF, 32 bytes each, the number in 16 hexadecimal digits; the place of a line
/// is its number modulo the number of lines. Not for several threads at once, but for <see cref="Sync"/>.
/// </summary>
public sealed class RemovalLog : IDisposable
{
    private const int LineSize = QueueId.Length + 1 + 16 + 1, Lines = 32 * 1024, ChunkSize = 2048 * LineSize;
    private const string Prefix = "removed.";
    private readonly FileDescriptor _file;
    private readonly byte[] _pending = new byte[64 * LineSize];
    private int _count;
    private ulong _next;

    private RemovalLog(FileDescriptor file) => _file = file;

    /// <summary>
    /// Takes a log of its own; null when there is none to be had: then messages may come back, which does no harm but a second delivery.
    /// </summary>
    public static RemovalLog? Claim(SpoolDirectory spool)
    {
        const int tries = 10;
        if (!spool.HasRoomFor(Lines * LineSize)) return null;
        for (int i = 0; i < tries; i++)
        {
            FileDescriptor? file = FileDescriptor.TryOpen($"{spool.Root}/{SpoolDirectory.Journal}/{Prefix}{i}",
                FileIO.O_RDWR | FileIO.O_CREAT | FileIO.O_NOFOLLOW, FileModes.PrivateFile);
            if (file == null) return null;
            RemovalLog log = new(file);
            if (FileLocks.Flock(file.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) == 0 && log.TryPrepare()) return log;
            log.Dispose();
        }
        return null;
    }

    /// <summary>
    /// Makes the file's blocks, and finds where the ring was left: the numbers grow by one from line to line up to there.
    /// </summary>
    private bool TryPrepare()
    {
        if (!FileStatus.TryGet(_file.Fd, out FileStatus status)) return false;
        byte[] zeros = new byte[ChunkSize];
        for (long at = status.Size; at < Lines * LineSize; at += zeros.Length)
            if (!FileIO.PWriteAll(_file.Fd, zeros, at)) return false;
        if (status.Size < Lines * LineSize && FileIO.Fsync(_file.Fd) != 0) return false;
        ulong first = NumberAt(0);
        int low = 0, high = first == 0 ? 0 : Lines; // the lines below low are in order
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (NumberAt(middle) == first + (ulong)middle) low = middle + 1;
            else high = middle;
        }
        _next = first == 0 ? Lines : first + (ulong)low;
        return true;
    }

    private ulong NumberAt(int line)
    {
        Span<byte> text = stackalloc byte[LineSize];
        return FileIO.PRead(_file.Fd, text, (long)line * LineSize) == LineSize && TryParse(text, out _, out ulong number) ? number : 0;
    }

    /// <summary>The ids in all logs.</summary>
    public static HashSet<string> ReadAll(SpoolDirectory spool)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        string folder = $"{spool.Root}/{SpoolDirectory.Journal}";
        if (Directory.Exists(folder))
            foreach (string path in Directory.EnumerateFiles(folder, Prefix + "*")) Read(path, ids);
        return ids;
    }

    private static void Read(string path, HashSet<string> ids)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY | FileIO.O_NOFOLLOW);
        if (file == null) return;
        byte[] chunk = new byte[ChunkSize];
        for (long at = 0; FileIO.PRead(file.Fd, chunk, at) is > 0 and int n; at += n)
            for (int line = 0; line + LineSize <= n; line += LineSize)
                if (TryParse(chunk.AsSpan(line, LineSize), out string id, out _)) ids.Add(id);
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out string id, out ulong number)
    {
        (id, number) = ("", 0);
        if (line[QueueId.Length] != ' ' || line[^1] != '\n') return false;
        id = Encoding.ASCII.GetString(line[..QueueId.Length]);
        return QueueId.IsValid(id)
            && ulong.TryParse(line.Slice(QueueId.Length + 1, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Notes a removal; it is written with others by <see cref="Write"/>.</summary>
    public void Add(string id)
    {
        Span<byte> line = _pending.AsSpan(_count * LineSize, LineSize);
        Encoding.ASCII.GetBytes(id, line);
        line[QueueId.Length] = (byte)' ';
        _next.TryFormat(line[(QueueId.Length + 1)..], out _, "X16", CultureInfo.InvariantCulture);
        line[^1] = (byte)'\n';
        _next++;
        _count++;
        if (_count * LineSize == _pending.Length || _next % Lines == 0) Write();
    }

    /// <summary>Writes what was noted into the page cache. A failure is passed over: see <see cref="Claim"/>.</summary>
    public void Write()
    {
        if (_count == 0) return;
        long first = (long)((_next - (ulong)_count) % Lines);
        _ = FileIO.PWriteAll(_file.Fd, _pending.AsSpan(0, _count * LineSize), first * LineSize);
        _count = 0;
    }

    /// <summary>Waits until what was written is on stable storage. On any thread.</summary>
    public void Sync() => _ = FileIO.FdataSync(_file.Fd);

    /// <summary>
    /// Waits until everything that was written before on the spool's file system is on stable storage; 0 or errno. On any thread.
    /// </summary>
    public int SyncFileSystem() => FileSystem.Sync(_file.Fd) == 0 ? 0 : Errno.Last;

    public void Dispose() => _file.Dispose();
}

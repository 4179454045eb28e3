using MtaSuite.Common.Native;

namespace MtaSuite.Common.Spool;

/// <summary>
/// Makes files durable, several with one call: threads that ask while a sync runs are served together by the next one (syncfs), a thread
/// that is alone syncs its own file (fsync). No timer gathers them: a batch gathers while the one before it runs. syncfs writes back what
/// others have left dirty as well; where that makes it slow, each file is synced by itself for a while. Every file of a batch lies on one
/// file system. Thread-safe; blocks.
/// </summary>
public sealed class GroupSync
{
    /// <summary>A batch that takes longer than this costs more than it saves, milliseconds.</summary>
    private const int SlowMilliseconds = 40, SlowMemoryMilliseconds = 10_000;
    private readonly object _gate = new();
    private readonly bool _grouping;
    private Batch _next = new();
    private bool _running;
    private long _aloneUntil;

    /// <param name="grouping">False: one fsync for each file, always.</param>
    public GroupSync(bool grouping) => _grouping = grouping && IsSupported;

    private sealed class Batch
    {
        public int Count;
        public int Error;
        public bool Done;
    }

    /// <summary>syncfs tells of write errors since Linux 5.8; before that it must not be relied on.</summary>
    private static bool IsSupported => Environment.OSVersion.Version >= new Version(5, 8);

    /// <summary>Returns when the file's data and its name are on stable storage: 0, or errno. After a failure the file must be given up.</summary>
    public int Sync(int fd)
    {
        if (!_grouping || Environment.TickCount64 < Volatile.Read(ref _aloneUntil)) return Libc.Fsync(fd) == 0 ? 0 : Libc.Errno;
        Batch mine;
        lock (_gate)
        {
            mine = _next;
            mine.Count++;
            while (_running && !mine.Done) Monitor.Wait(_gate);
            if (mine.Done) return mine.Error;
            _running = true;
            _next = new Batch();
        }
        int error = Run(fd, mine.Count);
        lock (_gate)
        {
            mine.Error = error;
            mine.Done = true;
            _running = false;
            Monitor.PulseAll(_gate);
        }
        return error;
    }

    private int Run(int fd, int count)
    {
        if (count == 1) return Libc.Fsync(fd) == 0 ? 0 : Libc.Errno;
        long start = Environment.TickCount64;
        int error = Libc.SyncFs(fd) == 0 ? 0 : Libc.Errno;
        if (Environment.TickCount64 - start > SlowMilliseconds) Volatile.Write(ref _aloneUntil, Environment.TickCount64 + SlowMemoryMilliseconds);
        return error;
    }
}

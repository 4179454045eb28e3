using MtaSuite.Common.Native;

namespace MtaSuite.Common.Net;

/// <summary>
/// Makes files durable, data and names: several that come together by one syncfs(2) for each file system, which is one commit of its
/// journal; one that is alone by an fsync(2). syncfs writes back what others have left dirty as well; where that makes it slow, each file
/// is synced by itself, by several threads, for a while that doubles each time.
/// </summary>
/// <param name="grouping">False: one fsync for each file, always.</param>
public sealed class FileSyncStage(EventLoop loop, bool grouping) : SyncStage(loop)
{
    /// <summary>A group that takes longer than this costs more than it saves, milliseconds.</summary>
    private const int SlowMilliseconds = 60, MinPause = 10_000, MaxPause = 640_000;
    private readonly bool _grouping = grouping && IsSupported;
    private long _soloUntil, _pause = MinPause;

    /// <summary>syncfs tells of write errors since Linux 5.8; before that it must not be relied on.</summary>
    public static bool IsSupported => Environment.OSVersion.Version >= new Version(5, 8);

    protected override bool Groups => _grouping && Environment.TickCount64 >= Volatile.Read(ref _soloUntil);

    /// <summary>Syncs in flight share the commits of the disk's journal: fewer threads leave the disk idle.</summary>
    protected override int SoloThreads => 20;

    public override void Sync(DurableWork work) => work.SyncError = FileIO.Fsync(work.Unsynced) == 0 ? 0 : Errno.Last;

    protected override void SyncTogether(List<DurableWork> works)
    {
        long start = Environment.TickCount64;
        works.Sort(static (a, b) => a.Device.CompareTo(b.Device));
        for (int i = 0; i < works.Count;)
        {
            int end = i + 1;
            while (end < works.Count && works[end].Device == works[i].Device) end++;
            if (end - i == 1) Sync(works[i]);
            else
            {
                int error = FileSystem.Sync(works[i].Unsynced) == 0 ? 0 : Errno.Last;
                // syncfs tells of failures since its own descriptor was opened; each file knows of its own
                for (int k = i; k < end; k++)
                    works[k].SyncError = error != 0 ? error
                        : FileIO.SyncFileRange(works[k].Unsynced, 0, 0, FileIO.SYNC_FILE_RANGE_WAIT_BEFORE) == 0 ? 0 : Errno.Last;
            }
            i = end;
        }
        NoteDuration(Environment.TickCount64 - start);
    }

    /// <summary>On the thread that leads; there is only one at a time.</summary>
    private void NoteDuration(long milliseconds)
    {
        if (milliseconds <= SlowMilliseconds) return;
        long now = Environment.TickCount64;
        _pause = now - _soloUntil > 8 * _pause ? MinPause : Math.Min(2 * _pause, MaxPause);
        Volatile.Write(ref _soloUntil, now + _pause);
    }
}

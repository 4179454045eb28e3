using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables;

/// <summary>
/// Notices that the file behind a name is another one, or was written: asks stat(2) at most once a second. Not thread-safe: the owner's
/// lock covers it.
/// </summary>
internal sealed class FileWatch(string path, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private (ulong Device, ulong Inode, long Size, long Seconds, int Nanoseconds) _seen;
    private long _checkedAt = clock.GetTimestamp();

    public string Path => path;

    /// <summary>Remembers the file that is in use now; default when there is none.</summary>
    public void Remember(in FileStatus status) => _seen = Identity(status);

    /// <summary>
    /// True when a second has passed and the name leads to a file that is not the remembered one. No file at all is no change.
    /// </summary>
    public bool HasChanged(out FileStatus status)
    {
        status = default;
        if (clock.GetElapsedTime(_checkedAt) < Interval) return false;
        _checkedAt = clock.GetTimestamp();
        return FileStatus.TryGet(path, out status) && Identity(status) != _seen;
    }

    /// <summary>Last written less than a second ago, so that its writer may not be done.</summary>
    public bool IsFresh(in FileStatus status)
    {
        TimeSpan age = clock.GetUtcNow() - status.Modified;
        return age >= TimeSpan.Zero && age < Interval;
    }

    private static (ulong, ulong, long, long, int) Identity(in FileStatus status) =>
        (status.Device, status.Inode, status.Size, status.ModifiedSeconds, status.ModifiedNanoseconds);
}

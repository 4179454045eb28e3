using MtaSuite.Common.Native;

namespace MtaSuite.Smtpd;

/// <summary>Free space in the queue, asked of the kernel once a second at most.</summary>
internal sealed class DiskSpace(string directory, TimeProvider time)
{
    // With less than this not even an envelope can be counted on.
    private const long Nothing = 1024 * 1024;
    private long _asked = long.MinValue;
    private long _bytes = long.MaxValue, _inodes = long.MaxValue;

    /// <summary>Nothing can be queued at all: no new session is worth its banner.</summary>
    public bool IsExhausted
    {
        get
        {
            Refresh();
            return _bytes < Nothing || _inodes < 16;
        }
    }

    /// <summary>
    /// Mail may come in: more than queue_minfree is free, and one and a half times the largest message (content, and what is made of it).
    /// </summary>
    public bool HasRoom(long minfree, long messageLimit)
    {
        Refresh();
        return _inodes > 0 && _bytes > minfree && _bytes > messageLimit + messageLimit / 2;
    }

    /// <summary>Bytes free at the last look.</summary>
    public long Bytes => _bytes;

    private void Refresh()
    {
        long now = time.GetTimestamp();
        if (_asked != long.MinValue && time.GetElapsedTime(_asked, now) < TimeSpan.FromSeconds(1)) return;
        _asked = now;
        // A file system that does not answer is not known to be full.
        if (FileSystem.TryFreeSpace(directory, out long bytes, out long inodes)) (_bytes, _inodes) = (bytes, inodes);
        else (_bytes, _inodes) = (long.MaxValue, long.MaxValue);
    }
}

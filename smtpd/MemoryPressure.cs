namespace MtaSuite.Smtpd;

/// <summary>Whether the machine is about to run out of memory, asked once a second at most.</summary>
internal sealed class MemoryPressure(TimeProvider time)
{
    // Below a hundredth of the memory, or 16 MiB, the kernel is near killing somebody.
    private const long LeastKilobytes = 16 * 1024;
    private long _asked = long.MinValue;
    private bool _high;

    public bool IsHigh
    {
        get
        {
            long now = time.GetTimestamp();
            if (_asked != long.MinValue && time.GetElapsedTime(_asked, now) < TimeSpan.FromSeconds(1)) return _high;
            _asked = now;
            return _high = Look();
        }
    }

    private static bool Look()
    {
        try
        {
            long total = 0, available = long.MaxValue;
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) total = Number(line);
                if (!line.StartsWith("MemAvailable:", StringComparison.Ordinal)) continue;
                available = Number(line);
                break;
            }
            return available < Math.Max(LeastKilobytes, total / 100);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Number(string line) =>
        long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out long kilobytes) ? kilobytes : 0;
}

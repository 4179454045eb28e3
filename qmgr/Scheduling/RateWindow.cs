using MtaSuite.Common.Config;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// Counts deliveries in slices of a period, so that no interval of the period's length, wherever it begins, holds more than the limit.
/// Times are milliseconds of the scheduler's clock. 64 slices: a limit may be used up again after a sixty-fourth of the period more than it
/// must.
/// </summary>
internal sealed class RateWindow(RateLimit limit)
{
    private const int Slices = 64;
    private readonly int[] _counts = new int[Slices + 1];
    private readonly double _slice = limit.Period.TotalMilliseconds / Slices;
    private long _current;
    private int _sum;
    private long _reserved;

    public RateLimit Limit => limit;

    /// <summary>Nothing in it counts any more.</summary>
    public bool IsEmpty(long now)
    {
        Advance(now);
        return _sum == 0 && _reserved <= now;
    }

    /// <summary>When the next delivery may begin: now, or when enough earlier ones have left the period.</summary>
    public long NextAt(long now)
    {
        Advance(now);
        if (_sum < limit.Count) return now;
        int excess = _sum - limit.Count + 1;
        for (long slice = _current - Slices; slice <= _current; slice++)
        {
            excess -= _counts[Index(slice)];
            // a slice is over one slice after it began, and out of the period a period later
            if (excess <= 0) return Math.Max(now + 1, (long)Math.Ceiling((slice + Slices + 1) * _slice));
        }
        return now + (long)limit.Period.TotalMilliseconds;
    }

    /// <summary>Counts a delivery.</summary>
    public void Take(long now)
    {
        Advance(now);
        _counts[Index(_current)]++;
        _sum++;
    }

    /// <summary>
    /// A time to come again for one that cannot wait here: each gets one of its own, a limit's share of the period after the one before, so
    /// that they do not all come back at once.
    /// </summary>
    public long Reserve(long now)
    {
        long step = Math.Max(1, (long)(limit.Period.TotalMilliseconds / limit.Count));
        _reserved = Math.Max(NextAt(now), _reserved + step);
        return _reserved;
    }

    private static int Index(long slice) => (int)(((slice % (Slices + 1)) + Slices + 1) % (Slices + 1));

    private void Advance(long now)
    {
        long slice = (long)Math.Floor(now / _slice);
        if (slice <= _current) return;
        if (slice - _current > Slices)
        {
            Array.Clear(_counts);
            _sum = 0;
            _current = slice;
            return;
        }
        while (_current < slice)
        {
            int index = Index(++_current);
            _sum -= _counts[index];
            _counts[index] = 0;
        }
    }
}

using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// The pauses between attempts at a service that refuses for the moment (too many requests of this user, or a process that is being
/// replaced): from 20 ms
/// doubling to 2 s, each with a random part, so that hundreds of commands do not come back together.
/// </summary>
internal sealed class Attempts(TimeSpan limit)
{
    private const int First = 20, Longest = 2_000;
    private readonly long _until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
    private int _pause = First;

    /// <summary>How long a command asks again before it gives up: a storm of some thousand submissions of one user is over by
    /// then.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromMinutes(5);

    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(1, _until - Environment.TickCount64));

    /// <summary>Waits for the next attempt; false when there is no time for one.</summary>
    public bool Next()
    {
        int pause = Random.Shared.Next(_pause / 2, _pause + 1);
        if (Environment.TickCount64 + pause >= _until) return false;
        _ = Libc.Poll([], pause);
        _pause = Math.Min(2 * _pause, Longest);
        return true;
    }
}

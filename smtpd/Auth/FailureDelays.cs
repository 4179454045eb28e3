using System.Runtime.InteropServices;

namespace MtaSuite.Smtpd.Auth;

/// <summary>
/// How long clients wait for the answer to a login that failed: the first time as smtpd_sasl_failure_delay says, twice as long each time
/// after, up to sixteen times. Counted by client network in this process, forgotten ten minutes after the last one.
/// </summary>
internal sealed class FailureDelays(TimeSpan first, TimeProvider clock)
{
    private const int Most = 20_000, MaxDoublings = 4;
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, (int Count, long At)> _failures = [];

    public int Count => _failures.Count;

    /// <summary>Counts a failure; how long to wait.</summary>
    public TimeSpan Next(string client)
    {
        if (first <= TimeSpan.Zero) return TimeSpan.Zero;
        if (_failures.Count >= Most) MakeRoom();
        ref (int Count, long At) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_failures, client, out bool known);
        if (known && clock.GetElapsedTime(entry.At) > s_memory) entry.Count = 0;
        int doublings = Math.Min(entry.Count, MaxDoublings);
        entry = (entry.Count + 1, clock.GetTimestamp());
        return first * (1 << doublings);
    }

    private void MakeRoom()
    {
        foreach (string client in _failures.Where(f => clock.GetElapsedTime(f.Value.At) > s_memory).Select(f => f.Key).ToArray())
            _failures.Remove(client);
        if (_failures.Count >= Most) _failures.Clear();
    }
}

namespace MtaSuite.Qmgr;

/// <summary>
/// New messages that a scan met before their notices came. Such a notice may come after the message is delivered and gone, or while its
/// file is being read that was not finished yet; some never come, because their link broke: they are forgotten after a while.
/// </summary>
internal sealed class UnannouncedMessages
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(60);
    private const int Enough = 10_000;
    private readonly Dictionary<string, (long Time, bool IsNoticed, bool IsRead)> _states = new(StringComparer.Ordinal);
    private int _limit = Enough;

    public int Count => _states.Count;

    /// <param name="now">The loop's clock, milliseconds.</param>
    public void Add(string id, long now)
    {
        _states[id] = (now, false, false);
        if (_states.Count < _limit) return;
        foreach ((string old, var state) in _states)
            if (now - state.Time > s_lifetime.TotalMilliseconds) _states.Remove(old); // allowed while enumerating a dictionary
        _limit = Math.Max(Enough, 2 * _states.Count);
    }

    /// <summary>A notice has come; true when its message was found before.</summary>
    public bool IsNoticed(string id)
    {
        if (!_states.TryGetValue(id, out var state)) return false;
        if (state.IsRead) _states.Remove(id);
        else _states[id] = state with { IsNoticed = true };
        return true;
    }

    /// <summary>A file was read; true when that failed, and the notice that its writer is done has come meanwhile.</summary>
    public bool IsReadTooEarly(string id, bool ok)
    {
        if (!_states.TryGetValue(id, out var state)) return false;
        if (ok && !state.IsNoticed) _states[id] = state with { IsRead = true };
        else _states.Remove(id);
        return !ok && state.IsNoticed;
    }
}

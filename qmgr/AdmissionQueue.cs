namespace MtaSuite.Qmgr;

/// <summary>
/// Messages that may become active as soon as there is room: new ones, and old ones that are due. They take turns, so that neither a flood
/// of new mail nor a flush of everything keeps the other out; and a fifth of the room is kept free of old ones.
/// </summary>
internal sealed class AdmissionQueue(int activeLimit)
{
    /// <summary>Due messages wait in the index, not here.</summary>
    private const int MostDue = 1000;
    private readonly Queue<(string Id, string Folder)> _new = new();
    private readonly Queue<(string Id, string Folder, bool Forced)> _due = new();
    private readonly int _retryLimit = Math.Max(1, activeLimit - activeLimit / 5);
    private bool _lastWasNew;

    public int NewCount => _new.Count;

    public int Count => _new.Count + _due.Count;

    /// <summary>Old messages that are active, or being read for it.</summary>
    public int Retrying { get; private set; }

    /// <summary>Old messages that somebody asked for.</summary>
    public IEnumerable<string> Forced => _due.Where(d => d.Forced).Select(d => d.Id);

    public bool HasRoomForDue => _due.Count < Math.Min(MostDue, activeLimit);

    public void AddNew(string id, string folder) => _new.Enqueue((id, folder));

    public void AddDue(string id, string folder, bool forced) => _due.Enqueue((id, folder, forced));

    /// <summary>Takes the next.</summary>
    public bool TryTake(out string id, out string folder, out bool isRetry, out bool forced)
    {
        (id, folder, isRetry, forced) = ("", "", false, false);
        bool mayRetry = _due.Count > 0 && Retrying < _retryLimit;
        if (_new.Count > 0 && (!mayRetry || !_lastWasNew))
        {
            (id, folder) = _new.Dequeue();
            _lastWasNew = true;
            return true;
        }
        if (!mayRetry) return false;
        (id, folder, forced) = _due.Dequeue();
        isRetry = true;
        Retrying++;
        _lastWasNew = false;
        return true;
    }

    /// <summary>An old message is not active any more.</summary>
    public void RetryOver() => Retrying--;
}

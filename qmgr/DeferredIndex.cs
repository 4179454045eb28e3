namespace MtaSuite.Qmgr;

/// <summary>
/// Messages that wait for their next attempt, by id and by time: some hundred bytes each, every operation O(log n). A heap entry whose
/// time differs from the message's is stale and dropped when it comes up.
/// </summary>
internal sealed class DeferredIndex
{
    private readonly Dictionary<QueueKey, long> _next = [];
    private readonly PriorityQueue<QueueKey, long> _heap = new();
    private const int Spare = 1000;

    /// <summary>Entries in the heap, stale ones as well.</summary>
    internal int HeapCount => _heap.Count;

    public int Count => _next.Count;

    /// <summary>All messages with the times of their next attempts, microseconds since 1970.</summary>
    public IEnumerable<KeyValuePair<QueueKey, long>> All => _next;

    public bool Contains(QueueKey key) => _next.ContainsKey(key);

    /// <summary>Adds a message or changes its time.</summary>
    public void Set(QueueKey key, long nextMicroseconds)
    {
        if (_next.TryGetValue(key, out long now) && now == nextMicroseconds) return;
        _next[key] = nextMicroseconds;
        _heap.Enqueue(key, nextMicroseconds);
        if (_heap.Count > 2 * _next.Count + Spare) Compact();
    }

    /// <summary>Drops the stale entries, before they are more than the others: anybody may flush the queue again and again.</summary>
    private void Compact()
    {
        _heap.Clear();
        _heap.EnqueueRange(_next.Select(p => (p.Key, p.Value)));
    }

    public bool Remove(QueueKey key) => _next.Remove(key);

    /// <summary>Takes the message that is due first; false when none is due at <paramref name="now"/>.</summary>
    public bool TryTakeDue(long now, out QueueKey key)
    {
        while (_heap.TryPeek(out key, out long time) && time <= now)
        {
            _heap.Dequeue();
            if (_next.TryGetValue(key, out long current) && current == time) return _next.Remove(key);
        }
        return false;
    }

    /// <summary>Microseconds since 1970 of the earliest attempt, or null.</summary>
    public long? FirstTime => _heap.TryPeek(out _, out long time) ? time : null;
}

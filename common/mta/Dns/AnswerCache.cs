namespace MtaSuite.Common.Dns;

/// <summary>A question, as it is told apart from others.</summary>
internal readonly record struct DnsKey(string Name, DnsType Type, bool Dnssec)
{
    public static DnsKey Of(string name, DnsType type, bool dnssec) => new(name.ToLowerInvariant(), type, dnssec);
}

/// <summary>Answers for as long as they hold; when there are too many, the one that was used longest ago is dropped.</summary>
internal sealed class AnswerCache(int size)
{
    private readonly Dictionary<DnsKey, LinkedListNode<(DnsKey Key, DnsAnswer Answer, long Until)>> _nodes = [];
    private readonly LinkedList<(DnsKey Key, DnsAnswer Answer, long Until)> _used = [];

    public int Count => _nodes.Count;

    /// <param name="now">Milliseconds of a monotonic clock.</param>
    public DnsAnswer? Find(DnsKey key, long now)
    {
        if (!_nodes.TryGetValue(key, out var node)) return null;
        _used.Remove(node);
        if (node.Value.Until <= now)
        {
            _nodes.Remove(key);
            return null;
        }
        _used.AddLast(node);
        return node.Value.Answer;
    }

    /// <summary>Keeps an answer for a time; nothing is kept for no time.</summary>
    public void Keep(DnsKey key, DnsAnswer answer, TimeSpan time, long now)
    {
        if (_nodes.Remove(key, out var old)) _used.Remove(old);
        if (time <= TimeSpan.Zero || size <= 0) return;
        if (_nodes.Count >= size)
        {
            _nodes.Remove(_used.First!.Value.Key);
            _used.RemoveFirst();
        }
        _nodes[key] = _used.AddLast((key, answer, now + (long)time.TotalMilliseconds));
    }

    public void Clear()
    {
        _nodes.Clear();
        _used.Clear();
    }
}

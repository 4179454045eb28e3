namespace MtaSuite.Common.Routing;

/// <summary>
/// Remembers for a few seconds who is known and who is not: a look-up in the system's accounts costs as much as the rest of a message's way
/// together. Failures are never remembered. Bounded; when full it starts anew. Thread-safe.
/// </summary>
internal sealed class RecipientCache(TimeProvider clock)
{
    private const int Capacity = 10_000;

    // Short enough that nobody notices: a new account is known at once but for names that were just asked for in vain.
    private static readonly TimeSpan s_validFor = TimeSpan.FromSeconds(5), s_unknownFor = TimeSpan.FromSeconds(1);

    private readonly record struct Entry(bool Known, long Since);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Address, AddressClass Class, bool IsSender), Entry> _entries = [];

    /// <summary>True when the answer is remembered.</summary>
    public bool TryGet(string address, AddressClass @class, bool isSender, out bool known)
    {
        known = false;
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue((address, @class, isSender), out entry)) return false;
        }
        known = entry.Known;
        return clock.GetElapsedTime(entry.Since) < (known ? s_validFor : s_unknownFor);
    }

    public void Add(string address, AddressClass @class, bool isSender, bool known)
    {
        lock (_gate)
        {
            if (_entries.Count >= Capacity) _entries.Clear();
            _entries[(address, @class, isSender)] = new Entry(known, clock.GetTimestamp());
        }
    }
}

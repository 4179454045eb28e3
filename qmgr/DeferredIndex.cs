using System.Runtime.CompilerServices;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages that wait for their next attempt, by id, by time and by site: arrays of numbers, some 60 to 120 bytes a message. Finding is
/// O(1), every change O(log n); what belongs to a site is found in proportion to what belongs to it.
/// </summary>
internal sealed class DeferredIndex
{
    private const int None = -1;
    private const int Arity = 4;

    /// <summary>One message. In a free entry Chain leads to the next free one.</summary>
    private struct Entry
    {
        public QueueKey Key;
        public long Next;
        /// <summary>Its place in the heap.</summary>
        public int Place;
        /// <summary>The next entry of the same bucket.</summary>
        public int Chain;
        /// <summary>The first node of its sites, see <see cref="SiteIndex"/>.</summary>
        public int Sites;
    }

    private Entry[] _entries = new Entry[16];
    private int[] _buckets = NewBuckets(16);
    /// <summary>A heap with four children to each node: numbers of entries, the earliest first.</summary>
    private int[] _heap = new int[16];
    private int _used, _free = None;
    private readonly SiteIndex _sites = new();

    /// <summary>Times that are always past, by which entries that are due at once are told from each other.</summary>
    private const long Forced = 0, Now = 1;

    public int Count { get; private set; }

    /// <summary>Bytes that it holds, for measurements.</summary>
    public long Bytes => (long)_entries.Length * Unsafe.SizeOf<Entry>() + (_buckets.Length + _heap.Length) * 4L + _sites.Bytes;

    /// <summary>All messages with the times of their next attempts, microseconds since 1970. Not while the index changes.</summary>
    public IEnumerable<KeyValuePair<QueueKey, long>> All
    {
        get
        {
            for (int i = 0; i < Count; i++) yield return new(_entries[_heap[i]].Key, _entries[_heap[i]].Next);
        }
    }

    /// <summary>Microseconds since 1970 of the earliest attempt, or null.</summary>
    public long? FirstTime => Count > 0 ? _entries[_heap[0]].Next : null;

    public bool Contains(QueueKey key) => Find(key) != None;

    /// <summary>Those that somebody asked to be tried.</summary>
    public IEnumerable<QueueKey> ForcedKeys => All.Where(m => m.Value == Forced).Select(m => m.Key);

    /// <summary>Adds a message that is due now, as if its time had come, or makes it due.</summary>
    public void SetDue(QueueKey key) => Set(key, Now);

    /// <summary>The same because somebody asked for it to be tried.</summary>
    public void Force(QueueKey key) => Set(key, Forced);

    /// <summary>Adds a message or changes its time.</summary>
    public void Set(QueueKey key, long nextMicroseconds)
    {
        int entry = Find(key);
        if (entry == None) entry = Add(key);
        _entries[entry].Next = nextMicroseconds;
        SiftUp(_entries[entry].Place);
        SiftDown(_entries[entry].Place);
    }

    /// <summary>Moves all attempts by a time, but for those that are asked for.</summary>
    public void Shift(long microseconds)
    {
        for (int i = 0; i < Count; i++) // who was first stays first
        {
            ref Entry entry = ref _entries[_heap[i]];
            if (entry.Next != Forced) entry.Next = Math.Max(Forced + 1, entry.Next + microseconds);
        }
    }

    /// <summary>Makes all due now.</summary>
    public void ForceAll()
    {
        for (int i = 0; i < Count; i++) _entries[_heap[i]].Next = Forced; // equal times are a heap in any order
    }

    public bool Remove(QueueKey key)
    {
        int entry = Find(key);
        if (entry == None) return false;
        RemoveEntry(entry);
        return true;
    }

    public bool TryTakeDue(long now, out QueueKey key) => TryTakeDue(now, out key, out _);

    /// <summary>Takes the message that is due first; false when none is due at <paramref name="now"/>.</summary>
    public bool TryTakeDue(long now, out QueueKey key, out bool forced)
    {
        (key, forced) = (default, false);
        if (Count == 0 || _entries[_heap[0]].Next > now) return false;
        key = _entries[_heap[0]].Key;
        forced = _entries[_heap[0]].Next == Forced;
        RemoveEntry(_heap[0]);
        return true;
    }

    // ---- sites -----------------------------------------------------------------------------------------------------

    /// <summary>Says for which sites a message waits, once for each time that it is added; false when it does not wait.</summary>
    public bool AddSites(QueueKey key, IEnumerable<string> sites)
    {
        int entry = Find(key);
        if (entry == None || _entries[entry].Sites != None) return false;
        foreach (string site in sites) _sites.Add(site, entry, ref _entries[entry].Sites);
        return true;
    }

    /// <summary>Makes what waits for a site due now; how many.</summary>
    public int ForceSite(string site)
    {
        List<int> entries = _sites.EntriesOf(site);
        foreach (int entry in entries) Force(_entries[entry].Key);
        return entries.Count;
    }

    // ---- entries ---------------------------------------------------------------------------------------------------

    private int Find(QueueKey key)
    {
        for (int i = _buckets[Bucket(key)]; i != None; i = _entries[i].Chain)
            if (_entries[i].Key == key) return i;
        return None;
    }

    private int Bucket(QueueKey key) => (int)((uint)HashCode.Combine(key.High, key.Low) & (uint)(_buckets.Length - 1));

    private int Add(QueueKey key)
    {
        if (Count == _entries.Length) Grow();
        int entry = _free;
        if (entry != None) _free = _entries[entry].Chain;
        else entry = _used++;
        ref int bucket = ref _buckets[Bucket(key)];
        _entries[entry] = new Entry { Key = key, Chain = bucket, Sites = None, Place = Count };
        bucket = entry;
        _heap[Count++] = entry;
        return entry;
    }

    private void RemoveEntry(int entry)
    {
        ref Entry e = ref _entries[entry];
        ref int link = ref _buckets[Bucket(e.Key)];
        while (link != entry) link = ref _entries[link].Chain;
        link = e.Chain;
        _sites.RemoveAll(e.Sites);
        int place = e.Place, last = _heap[--Count];
        (e.Chain, _free) = (_free, entry);
        if (last == entry) return;
        Put(last, place);
        SiftUp(place);
        SiftDown(_entries[last].Place);
    }

    private void Grow()
    {
        int size = _entries.Length * 2;
        Array.Resize(ref _entries, size);
        Array.Resize(ref _heap, size);
        _buckets = NewBuckets(size);
        for (int i = 0; i < Count; i++)
        {
            ref Entry e = ref _entries[_heap[i]];
            ref int bucket = ref _buckets[Bucket(e.Key)];
            (e.Chain, bucket) = (bucket, _heap[i]);
        }
    }

    private static int[] NewBuckets(int size)
    {
        int[] buckets = new int[size];
        Array.Fill(buckets, None);
        return buckets;
    }

    // ---- heap ------------------------------------------------------------------------------------------------------

    private void Put(int entry, int place)
    {
        _heap[place] = entry;
        _entries[entry].Place = place;
    }

    private void SiftUp(int place)
    {
        int entry = _heap[place];
        long time = _entries[entry].Next;
        while (place > 0)
        {
            int parent = (place - 1) / Arity;
            if (_entries[_heap[parent]].Next <= time) break;
            Put(_heap[parent], place);
            place = parent;
        }
        Put(entry, place);
    }

    private void SiftDown(int place)
    {
        int entry = _heap[place];
        long time = _entries[entry].Next;
        while (place * Arity + 1 < Count)
        {
            int best = place * Arity + 1, end = Math.Min(best + Arity, Count);
            for (int child = best + 1; child < end; child++)
                if (_entries[_heap[child]].Next < _entries[_heap[best]].Next) best = child;
            if (_entries[_heap[best]].Next >= time) break;
            Put(_heap[best], place);
            place = best;
        }
        Put(entry, place);
    }
}

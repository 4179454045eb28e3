using System.Runtime.CompilerServices;

namespace MtaSuite.Qmgr;

/// <summary>
/// Which entries of the <see cref="DeferredIndex"/> wait for which site: one node for each pair, in two lists, the entry's and the site's.
/// Sites without entries are forgotten.
/// </summary>
internal sealed class SiteIndex
{
    private const int None = -1;

    private struct Node
    {
        public int Entry, Site;
        /// <summary>The next site of the entry; in a free node the next free one.</summary>
        public int NextOfEntry;
        public int Before, Behind;
    }

    private struct Site
    {
        public string? Name;
        public int First, Count;
    }

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Stack<int> _freeSites = new();
    private Site[] _sites = new Site[16];
    private int _siteCount;
    private Node[] _nodes = new Node[16];
    private int _used, _free = None;

    public long Bytes => (long)_nodes.Length * Unsafe.SizeOf<Node>() + (long)_sites.Length * Unsafe.SizeOf<Site>() + _numbers.Count * 100L;

    /// <summary>Adds a pair to an entry's list, which <paramref name="first"/> begins.</summary>
    public void Add(string name, int entry, ref int first)
    {
        int site = NumberOf(name);
        int node = _free;
        if (node != None) _free = _nodes[node].NextOfEntry;
        else
        {
            if (_used == _nodes.Length) Array.Resize(ref _nodes, _used * 2);
            node = _used++;
        }
        ref Site s = ref _sites[site];
        _nodes[node] = new Node { Entry = entry, Site = site, NextOfEntry = first, Before = None, Behind = s.First };
        if (s.First != None) _nodes[s.First].Before = node;
        s.First = node;
        s.Count++;
        first = node;
    }

    /// <summary>Removes an entry's pairs.</summary>
    public void RemoveAll(int first)
    {
        while (first != None)
        {
            ref Node n = ref _nodes[first];
            ref Site s = ref _sites[n.Site];
            if (n.Before != None) _nodes[n.Before].Behind = n.Behind;
            else s.First = n.Behind;
            if (n.Behind != None) _nodes[n.Behind].Before = n.Before;
            if (--s.Count == 0) Forget(n.Site);
            int next = n.NextOfEntry;
            (n.NextOfEntry, _free) = (_free, first);
            first = next;
        }
    }

    /// <summary>The entries of a site.</summary>
    public List<int> EntriesOf(string name)
    {
        List<int> entries = [];
        if (!_numbers.TryGetValue(name, out int site)) return entries;
        entries.EnsureCapacity(_sites[site].Count);
        for (int node = _sites[site].First; node != None; node = _nodes[node].Behind) entries.Add(_nodes[node].Entry);
        return entries;
    }

    private int NumberOf(string name)
    {
        if (_numbers.TryGetValue(name, out int site)) return site;
        if (!_freeSites.TryPop(out site))
        {
            if (_siteCount == _sites.Length) Array.Resize(ref _sites, _siteCount * 2);
            site = _siteCount++;
        }
        _sites[site] = new Site { Name = name, First = None };
        return _numbers[name] = site;
    }

    private void Forget(int site)
    {
        _numbers.Remove(_sites[site].Name!);
        _sites[site].Name = null;
        _freeSites.Push(site);
    }
}

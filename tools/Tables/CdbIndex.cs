using System.Buffers.Binary;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Cdb;

namespace MtaSuite.Tools.Tables;

/// <summary>
/// The hash of each record that a writer wrote, and where the record is: finds keys again, and becomes the file's hash tables.
/// </summary>
internal sealed class CdbIndex
{
    /// <summary>Whether the record at a position has a key.</summary>
    public delegate bool KeyTest(uint position, ReadOnlySpan<byte> key);

    private readonly record struct Entry(uint Hash, uint Position, int Next);

    // entries of one hash form a chain, newest first; position 0: removed
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<uint, int> _heads = [];

    public int Slots => _entries.Count;
    public int Removed { get; private set; }
    public int Count => _entries.Count - Removed;

    public uint PositionOf(int slot) => _entries[slot].Position;

    public void Move(int slot, uint position) => _entries[slot] = _entries[slot] with { Position = position };

    public void Add(uint hash, uint position)
    {
        int next = _heads.TryGetValue(hash, out int head) ? head : -1;
        _heads[hash] = _entries.Count;
        _entries.Add(new Entry(hash, position, next));
    }

    public bool Contains(uint hash, ReadOnlySpan<byte> key, KeyTest test) => SlotOf(hash, key, test) >= 0;

    public bool Remove(uint hash, ReadOnlySpan<byte> key, KeyTest test)
    {
        int slot = SlotOf(hash, key, test);
        if (slot < 0) return false;
        Move(slot, 0);
        Removed++;
        return true;
    }

    private int SlotOf(uint hash, ReadOnlySpan<byte> key, KeyTest test)
    {
        if (!_heads.TryGetValue(hash, out int slot)) return -1;
        while (slot >= 0 && (_entries[slot].Position == 0 || !test(_entries[slot].Position, key))) slot = _entries[slot].Next;
        return slot;
    }

    /// <summary>The 256 hash tables with their numbers, in order; an entry that came first is found first.</summary>
    public IEnumerable<(int Number, byte[] Table)> BuildTables()
    {
        int[] starts = new int[CdbFormat.Tables + 1];
        foreach (Entry entry in _entries)
            if (entry.Position != 0) starts[entry.Hash % CdbFormat.Tables + 1]++;
        for (int i = 0; i < CdbFormat.Tables; i++) starts[i + 1] += starts[i];
        Entry[] sorted = new Entry[Count];
        int[] fill = starts[..CdbFormat.Tables];
        foreach (Entry entry in _entries)
            if (entry.Position != 0) sorted[fill[entry.Hash % CdbFormat.Tables]++] = entry;
        for (int i = 0; i < CdbFormat.Tables; i++) yield return (i, BuildTable(sorted.AsSpan(starts[i]..starts[i + 1])));
    }

    private static byte[] BuildTable(ReadOnlySpan<Entry> entries)
    {
        uint slots = (uint)entries.Length * 2;
        byte[] table = new byte[slots * CdbFormat.SlotSize];
        foreach (Entry entry in entries)
        {
            uint slot = entry.Hash / CdbFormat.Tables % slots;
            while (BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan((int)slot * CdbFormat.SlotSize + 4)) != 0)
                if (++slot == slots) slot = 0;
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan((int)slot * CdbFormat.SlotSize), entry.Hash);
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan((int)slot * CdbFormat.SlotSize + 4), entry.Position);
        }
        return table;
    }
}

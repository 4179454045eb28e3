using System.Buffers;

namespace MtaSuite.Cleanup;

/// <summary>
/// Bytes that are appended and read again. Room beyond what it began with comes from the pool that all share, and goes back with
/// <see cref="Reset"/>: whoever still reads what was written must have ended by then.
/// </summary>
internal sealed class PooledBuffer(int ownCapacity) : IBufferWriter<byte>
{
    private readonly byte[] _own = new byte[ownCapacity];
    private byte[]? _rented;

    private byte[] Bytes => _rented ?? _own;

    public int WrittenCount { get; private set; }

    public Span<byte> WrittenSpan => Bytes.AsSpan(0, WrittenCount);

    public ReadOnlyMemory<byte> WrittenMemory => Bytes.AsMemory(0, WrittenCount);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Bytes.Length - WrittenCount), nameof(count));
        WrittenCount += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return Bytes.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return Bytes.AsSpan(WrittenCount);
    }

    public void Write(ReadOnlySpan<byte> data)
    {
        MakeRoom(data.Length);
        data.CopyTo(Bytes.AsSpan(WrittenCount));
        WrittenCount += data.Length;
    }

    private void MakeRoom(int more)
    {
        int wanted = checked(WrittenCount + Math.Max(more, 1));
        if (wanted <= Bytes.Length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, Bytes.Length * 2));
        WrittenSpan.CopyTo(larger);
        GiveBack();
        _rented = larger;
    }

    /// <summary>Discards what was written, and returns what was rented.</summary>
    public void Reset()
    {
        WrittenCount = 0;
        GiveBack();
    }

    private void GiveBack()
    {
        if (_rented != null) ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}

using System.Buffers;

namespace MtaSuite.Relay.Content;

/// <summary>A buffer from the pool that grows and goes back at the end of its scope.</summary>
internal ref struct RentedBuffer(int size)
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);

    public readonly Span<byte> Span => _bytes;

    /// <summary>Doubles the size, keeps the first <paramref name="used"/> bytes, and gives the room behind them.</summary>
    public Span<byte> Grow(int used)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        _bytes.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
        return larger.AsSpan(used);
    }

    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}

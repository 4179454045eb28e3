using System.Buffers;

namespace MtaSuite.Common.Net;

/// <summary>
/// Bytes in an array of the shared pool. The array is rented while the buffer holds something and given back by <see cref="Release"/>,
/// so that what waits holds none. A struct that its owner keeps in a field: never copied.
/// </summary>
internal struct ConnectionBuffer
{
    private byte[]? _array;
    private int _start, _end;

    public readonly bool IsRented => _array != null;

    /// <summary>Bytes held.</summary>
    public readonly int Length => _end - _start;

    public readonly int Capacity => _array?.Length ?? 0;

    /// <summary>There are bytes in front of those held that may be used again, see <see cref="Compact"/>.</summary>
    public readonly bool HasGap => _start > 0;

    public readonly Span<byte> Held => _array.AsSpan(_start, _end - _start);

    public readonly ReadOnlyMemory<byte> HeldMemory => _array.AsMemory(_start, _end - _start);

    /// <summary>What may be written behind the bytes held, and then <see cref="Append"/>ed.</summary>
    public readonly Span<byte> Room => _array.AsSpan(_end);

    public readonly Memory<byte> RoomMemory => _array.AsMemory(_end);

    public void Append(int count) => _end += count;

    /// <summary>Drops the first bytes.</summary>
    public void Drop(int count)
    {
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>Drops what is behind the first bytes.</summary>
    public void Truncate(int length) => _end = _start + length;

    /// <summary>Rents an array of at least this size, in place of a smaller one if there is one; what is held moves along.</summary>
    public void Rent(int size)
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(size);
        int held = Length;
        if (_array != null)
        {
            Held.CopyTo(array);
            ArrayPool<byte>.Shared.Return(_array);
        }
        _array = array;
        (_start, _end) = (0, held);
    }

    /// <summary>Moves what is held to the start of the array.</summary>
    public void Compact()
    {
        int held = Length;
        Held.CopyTo(_array);
        (_start, _end) = (0, held);
    }

    /// <summary>Makes room for so many bytes.</summary>
    /// <param name="least">The size of the first array.</param>
    public void Reserve(int size, int least)
    {
        if (_array == null) Rent(Math.Max(size, least));
        else if (_array.Length - _end >= size) return;
        else if (_array.Length - Length >= size) Compact();
        else Rent(Math.Max(Length + size, _array.Length * 2));
    }

    /// <summary>Gives the array back; what was held is dropped.</summary>
    public void Release()
    {
        if (_array != null) ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        _start = _end = 0;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace MtaSuite.Common.Milter;

/// <summary>How the search for a packet ended.</summary>
public enum PacketStatus : byte { Incomplete, Complete, Error }

/// <summary>
/// Packets of the milter protocol, the same in both directions:
/// <code>
/// packet = length:u32 code:u8 data      ; big endian; the length counts code and data
/// </code>
/// Puts packets together from pieces of any size. A packet that is there in one piece is not copied; another is gathered in a buffer that
/// grows with what has come, so that a length alone costs no memory. Owns that buffer.
/// </summary>
public sealed class MilterPackets(int maxLength = MilterPackets.MaxLength) : IDisposable
{
    /// <summary>Length and code in front of the data, bytes.</summary>
    public const int HeaderSize = 5;

    /// <summary>The largest chunk of content in one packet (MILTER_CHUNK_SIZE).</summary>
    public const int ChunkSize = 65_535;

    /// <summary>The largest packet that is taken: libmilter's own limit is 64 KB, or 1 MB where both sides agree on it.</summary>
    public const int MaxLength = 1024 * 1024 + 1024;

    private const int FirstGather = 4096;
    private byte[]? _gathered;
    private int _have;
    private bool _delivered;

    /// <summary>Nothing of a packet is held here.</summary>
    public bool IsEmpty => _have == 0 || _delivered;

    /// <summary>
    /// Takes the next packet off <paramref name="input"/>. <paramref name="data"/> is valid until the next call, and until the input is
    /// changed. Incomplete: all input was taken over. Error: the length can be no packet's; nothing more can be read then.
    /// </summary>
    public PacketStatus TryTake(ReadOnlySpan<byte> input, out byte code, out ReadOnlySpan<byte> data, out int consumed)
    {
        (code, consumed) = (0, 0);
        data = default;
        if (_delivered) (_have, _delivered) = (0, false); // the packet of the last call was dealt with
        if (_have == 0 && input.Length >= 4)
        {
            int length = LengthAt(input);
            if (length < 0) return PacketStatus.Error;
            if (length <= input.Length) return Whole(input[..length], out code, out data, out consumed);
        }
        if (_have < 4) consumed = Append(input[..Math.Min(input.Length, 4 - _have)]);
        if (_have < 4) return PacketStatus.Incomplete;
        int whole = LengthAt(_gathered);
        if (whole < 0) return PacketStatus.Error;
        consumed += Append(input.Slice(consumed, Math.Min(input.Length - consumed, whole - _have)));
        if (_have < whole) return PacketStatus.Incomplete;
        _delivered = true;
        return Whole(_gathered.AsSpan(0, whole), out code, out data, out _);
    }

    private static PacketStatus Whole(ReadOnlySpan<byte> packet, out byte code, out ReadOnlySpan<byte> data, out int consumed)
    {
        code = packet[4];
        data = packet[HeaderSize..];
        consumed = packet.Length;
        return PacketStatus.Complete;
    }

    /// <summary>The length of the whole packet; -1 for one that cannot be.</summary>
    private int LengthAt(ReadOnlySpan<byte> input)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(input);
        return length < 1 || length > maxLength ? -1 : 4 + (int)length;
    }

    private int Append(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty) return 0;
        if (_gathered == null || _gathered.Length < _have + piece.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_have + piece.Length, Math.Max(FirstGather, 2 * _have)));
            _gathered.AsSpan(0, _have).CopyTo(larger);
            if (_gathered != null) ArrayPool<byte>.Shared.Return(_gathered);
            _gathered = larger;
        }
        piece.CopyTo(_gathered.AsSpan(_have));
        _have += piece.Length;
        return piece.Length;
    }

    /// <summary>Gives the buffer back, between packets.</summary>
    public void Rest()
    {
        if (IsEmpty) Dispose();
    }

    public void Dispose()
    {
        if (_gathered != null) ArrayPool<byte>.Shared.Return(_gathered);
        _gathered = null;
        _have = 0;
        _delivered = false;
    }
}

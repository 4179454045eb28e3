using System.Buffers;
using MtaSuite.Common.Spool;

namespace MtaSuite.Relay.Content;

/// <summary>The content of a queue file, piece by piece, with what is changed in it on its way out.</summary>
internal sealed class ContentSource : IDisposable
{
    private const int PieceSize = 64 * 1024;
    private readonly int _file;
    private readonly ContentSegments _content;
    private readonly IContentTransform? _filter;
    private readonly ArrayBufferWriter<byte>? _filtered;
    private readonly byte[] _buffer;
    private long _at;

    /// <param name="file">The open queue file; stays the caller's.</param>
    /// <param name="filter">Null: the content as it is.</param>
    public ContentSource(int file, ContentSegments content, IContentTransform? filter)
    {
        (_file, _content, _filter) = (file, content, filter);
        if (filter != null) _filtered = new ArrayBufferWriter<byte>(PieceSize);
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Length, 1, PieceSize));
    }

    /// <summary>All was read.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>What failed when a piece could not be had.</summary>
    public string Failure => _filter is { HasFailed: true } ? "content lookup error" : "queue file read error";

    /// <summary>Reads the next piece, perhaps an empty one; valid until the next call. Not read: see <see cref="Failure"/>.</summary>
    public async ValueTask<(bool IsRead, ReadOnlyMemory<byte> Piece)> ReadAsync()
    {
        if (!TryRead(out ReadOnlyMemory<byte> piece)) return (false, piece);
        if (_filter == null) return (true, piece);
        _filtered!.ResetWrittenCount();
        await _filter.WriteAsync(piece, _filtered);
        if (IsAtEnd) await _filter.FinishAsync(_filtered);
        return (!_filter.HasFailed, _filtered.WrittenMemory);
    }

    private bool TryRead(out ReadOnlyMemory<byte> piece)
    {
        piece = default;
        int n = _content.Read(_file, _buffer, _at);
        if (n < 0 || (n == 0 && _at < _content.Length)) return false;
        _at += n;
        IsAtEnd = _at == _content.Length;
        piece = _buffer.AsMemory(0, n);
        return true;
    }

    /// <summary>Reads all of it into a filter, for what has to be known before it is sent. False: the file cannot be read.</summary>
    public static bool TryWalk(int file, ContentSegments content, Action<ReadOnlyMemory<byte>> write)
    {
        using ContentSource source = new(file, content, null);
        while (!source.IsAtEnd)
        {
            if (!source.TryRead(out ReadOnlyMemory<byte> piece)) return false;
            write(piece);
        }
        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}

/// <summary>Changes content as it streams by; lines end in LF on both sides.</summary>
internal interface IContentTransform
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> input, IBufferWriter<byte> output);

    /// <summary>What was written is not to be sent.</summary>
    bool HasFailed => false;

    /// <summary>The input is over.</summary>
    ValueTask FinishAsync(IBufferWriter<byte> output);
}

/// <summary>Two filters, one behind the other.</summary>
internal sealed class FilterChain(IContentTransform first, IContentTransform second) : IContentTransform
{
    private readonly ArrayBufferWriter<byte> _between = new();

    public bool HasFailed => first.HasFailed || second.HasFailed;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, IBufferWriter<byte> output)
    {
        await first.WriteAsync(input, _between);
        await PassAsync(output);
    }

    public async ValueTask FinishAsync(IBufferWriter<byte> output)
    {
        await first.FinishAsync(_between);
        await PassAsync(output);
        await second.FinishAsync(output);
    }

    private async ValueTask PassAsync(IBufferWriter<byte> output)
    {
        await second.WriteAsync(_between.WrittenMemory, output);
        _between.ResetWrittenCount();
    }
}

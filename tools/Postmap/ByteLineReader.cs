namespace MtaSuite.Tools.Postmap;

/// <summary>Lines of a stream as bytes, without their ends.</summary>
internal sealed class ByteLineReader(Stream input)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _next, _end;

    /// <summary>False at the end. A last line without an end is a line.</summary>
    public bool TryRead(out byte[] line)
    {
        line = [];
        bool any = false;
        while (_next < _end || Fill())
        {
            any = true;
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_next, _end - _next);
            int newline = rest.IndexOf((byte)'\n');
            line = [.. line, .. newline < 0 ? rest : rest[..newline]];
            _next = newline < 0 ? _end : _next + newline + 1;
            if (newline >= 0) break;
        }
        return any;
    }

    private bool Fill()
    {
        _next = 0;
        _end = input.Read(_buffer);
        return _end > 0;
    }
}

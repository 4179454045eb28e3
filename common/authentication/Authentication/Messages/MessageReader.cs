namespace MtaSuite.Common.Authentication.Messages;

/// <summary>
/// Reads a message from a file or standard input: the header, then the body in chunks. How the first line ends decides how lines end: in a
/// file with LF alone every one becomes CRLF, otherwise the body's bytes stay as they are. The header ends at an empty line, or before the
/// first line that is no field (RFC 5322 2.2), which then belongs to the body. A line "From " of an mbox is skipped.
/// </summary>
public sealed class MessageReader
{
    private const int BufferSize = 16_384;
    private readonly Stream _stream;
    private readonly MessageHeader _header;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _converted = new byte[2 * BufferSize];
    private readonly List<byte> _line = [], _field = [];
    private int _start, _end;
    private bool _atEnd, _lastWasReturn;
    private bool? _endsWithLineFeed;
    // the line behind the header that belongs to the body
    private byte[] _first = [];

    public MessageReader(Stream stream, int maxHeader = MessageHeader.DefaultMaxSize)
    {
        _stream = stream;
        _header = new MessageHeader(maxHeader);
    }

    /// <summary>Lines of the file end with LF alone. Known when the header is read.</summary>
    public bool EndsWithLineFeed => _endsWithLineFeed == true;

    /// <summary>Reads up to the body.</summary>
    public MessageHeader ReadHeader()
    {
        for (bool isFirst = true; ReadLine(); isFirst = false)
        {
            ReadOnlySpan<byte> line = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line);
            if (isFirst && line.StartsWith("From "u8)) continue;
            ReadOnlySpan<byte> text = TrimLineEnd(line);
            if (text.IsEmpty) break;
            if (text[0] is (byte)' ' or (byte)'\t' && _field.Count > 0)
            {
                AddLine(text);
                continue;
            }
            if (NameLength(text) == 0)
            {
                _first = line.ToArray();
                break;
            }
            EndField();
            AddLine(text);
        }
        EndField();
        return _header;
    }

    /// <summary>The next bytes of the body; false: there are no more. They are good until the next call.</summary>
    public bool ReadBody(out ReadOnlySpan<byte> chunk)
    {
        chunk = default;
        if (_first.Length > 0)
        {
            chunk = Convert(_first);
            _first = [];
            return true;
        }
        if (_start == _end && !Fill()) return false;
        chunk = Convert(_buffer.AsSpan(_start, _end - _start));
        _start = _end;
        return true;
    }

    /// <summary>Hashes the whole body.</summary>
    public void ReadBody(BodyHashes hashes)
    {
        while (ReadBody(out ReadOnlySpan<byte> chunk)) hashes.Append(chunk);
        hashes.Complete();
    }

    private void AddLine(ReadOnlySpan<byte> text)
    {
        // what is beyond the limit is not kept, but counted
        if (_field.Count > 2 * _header.MaxSize) return;
        _field.AddRange(text);
        _field.AddRange("\r\n"u8);
    }

    private void EndField()
    {
        if (_field.Count == 0) return;
        byte[] bytes = [.. _field];
        string name = System.Text.Encoding.Latin1.GetString(bytes, 0, NameLength(bytes));
        _header.Add(new FieldBytes(name, bytes));
        _field.Clear();
    }

    /// <summary>field-name = 1*ftext, ftext = %d33-57 / %d59-126 (RFC 5322 3.6.8), blanks before the colon (obsolete, 4.5.8); 0: this line
    /// begins no field.</summary>
    internal static int NameLength(ReadOnlySpan<byte> line)
    {
        int length = 0;
        while (length < line.Length && line[length] is > 32 and < 127 and not (byte)':') length++;
        int colon = length;
        while (colon < line.Length && line[colon] is (byte)' ' or (byte)'\t') colon++;
        return colon < line.Length && line[colon] == ':' ? length : 0;
    }

    private bool ReadLine()
    {
        _line.Clear();
        while (_start < _end || Fill())
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int end = rest.IndexOf((byte)'\n') + 1;
            _line.AddRange(end > 0 ? rest[..end] : rest);
            _start += end > 0 ? end : rest.Length;
            if (end == 0) continue;
            _endsWithLineFeed ??= _line.Count < 2 || _line[^2] != '\r';
            return true;
        }
        return _line.Count > 0;
    }

    private static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> line)
    {
        if (line is [.., (byte)'\n']) line = line[..^1];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private bool Fill()
    {
        if (_atEnd) return false;
        _start = 0;
        _end = _stream.Read(_buffer);
        _atEnd = _end == 0;
        return !_atEnd;
    }

    private ReadOnlySpan<byte> Convert(ReadOnlySpan<byte> bytes)
    {
        if (!EndsWithLineFeed) return bytes;
        Span<byte> output = bytes.Length * 2 <= _converted.Length ? _converted : new byte[bytes.Length * 2];
        int length = 0;
        foreach (byte b in bytes)
        {
            if (b == '\n' && !_lastWasReturn) output[length++] = (byte)'\r';
            output[length++] = b;
            _lastWasReturn = b == '\r';
        }
        return output[..length];
    }
}

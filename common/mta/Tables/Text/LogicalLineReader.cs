namespace MtaSuite.Common.Tables.Text;

/// <summary>
/// Joins the lines of a table's source text (postmap(1), aliases(5)):
/// <code>
/// logical line = line *continuation         ; a continuation starts with white space
/// ignored      = blank line / *WSP "#" text ; also between the parts of a logical line, which go on behind it
/// </code>
/// Line ends go, white space at the start of a continuation stays. Holds one logical line at a time.
/// </summary>
public sealed class LogicalLineReader(Stream input, string name, Action<string> warn)
{
    /// <summary>Longest logical line, in bytes.</summary>
    public const int MaxLine = 16 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private byte[] _line = new byte[1024];
    private int _next, _end, _length, _lineNumber;

    /// <summary>Number of the physical line, from 1, on which the last logical line began.</summary>
    public int LineNumber { get; private set; }

    /// <summary>Why reading ended early; null at a proper end.</summary>
    public string? Error { get; private set; }

    /// <summary>The next logical line, valid until the next call; false at the end or on an error.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (TryReadLogical())
        {
            line = _line.AsSpan(0, _length);
            if (!IsSpace(line[0])) return true;
            warn($"{name}: logical line must not start with whitespace: \"{Log.Printable.Text(line[..Math.Min(30, line.Length)])}\"");
        }
        line = default;
        return false;
    }

    private bool TryReadLogical()
    {
        _length = 0;
        while (Error == null)
        {
            int start = _length;
            if (!TryReadPhysical()) break;
            ReadOnlySpan<byte> added = TrimStart(_line.AsSpan(start, _length - start));
            if (added.IsEmpty || added[0] == '#') _length = start;
            else if (start == 0) LineNumber = _lineNumber;
            if (_length > 0 && !NextContinues()) break;
        }
        return _length > 0 && Error == null;
    }

    /// <summary>Appends one line without its end; false when there is none left.</summary>
    private bool TryReadPhysical()
    {
        if (!Fill()) return false;
        _lineNumber++;
        while (Fill())
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_next, _end - _next);
            int newline = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = newline < 0 ? rest : rest[..newline];
            if (!Append(part)) return false;
            _next += part.Length + (newline < 0 ? 0 : 1);
            if (newline >= 0) break;
        }
        return true;
    }

    private bool Append(ReadOnlySpan<byte> part)
    {
        if (part.Length > MaxLine - _length)
        {
            Error = $"{name}, line {_lineNumber}: line is too long";
            return false;
        }
        if (_length + part.Length > _line.Length) Array.Resize(ref _line, Math.Max(_line.Length * 2, _length + part.Length));
        part.CopyTo(_line.AsSpan(_length));
        _length += part.Length;
        return true;
    }

    private bool NextContinues() => Fill() && (_buffer[_next] == '#' || IsSpace(_buffer[_next]));

    /// <summary>At least one byte is in the buffer; false at the end of the input.</summary>
    private bool Fill()
    {
        if (_next < _end) return true;
        if (Error != null) return false;
        try
        {
            _next = 0;
            _end = input.Read(_buffer);
            return _end > 0;
        }
        catch (IOException trouble) { Error = $"{name}: read error: {trouble.Message}"; }
        catch (UnauthorizedAccessException trouble) { Error = $"{name}: read error: {trouble.Message}"; }
        _end = 0;
        return false;
    }

    /// <summary>isspace(3) of the C locale.</summary>
    internal static bool IsSpace(byte c) => c == ' ' || c is >= 9 and <= 13;

    internal static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && IsSpace(text[0])) text = text[1..];
        return text;
    }

    internal static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && IsSpace(text[^1])) text = text[..^1];
        return text;
    }
}

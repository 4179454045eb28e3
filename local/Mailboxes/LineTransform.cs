using System.Text;

namespace MtaSuite.Local.Mailboxes;

/// <summary>
/// Changes message text on its way out: ">" before lines that start with "From ", "." before lines that start with ".", other line ends.
/// Input comes in pieces cut anywhere. Where nothing has to change it passes whole runs on.
/// </summary>
internal sealed class LineTransform(ByteSink sink, CopyOptions options, string endOfLine)
{
    private static readonly byte[] s_from = "From "u8.ToArray();

    [ThreadStatic] private static byte[]? t_buffer;

    private readonly byte[] _buffer = t_buffer ??= new byte[MessageContent.PieceSize];
    private readonly byte[] _endOfLine = Encoding.UTF8.GetBytes(endOfLine);
    private readonly bool _plainEnds = endOfLine == "\n";
    private readonly bool _quoteFrom = (options & CopyOptions.QuoteFrom) != 0;
    private readonly bool _doubleDots = (options & CopyOptions.DoubleDots) != 0;
    private int _used;
    private bool _atLineStart = true;
    private int _matched; // bytes of "From " seen at this line's start and not written yet

    /// <summary>Passes bytes on as they are.</summary>
    public bool PutVerbatim(ReadOnlySpan<byte> data) => Put(data);

    public bool Push(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            if (_atLineStart && !StartLine(ref data)) return false;
            if (_atLineStart || data.IsEmpty) return true; // what follows decides, and it is in the next piece
            if (_plainEnds && !_doubleDots)
            {
                if (!PassUntilFrom(ref data)) return false;
                continue;
            }
            int end = data.IndexOf((byte)'\n');
            if (end < 0) return Put(data);
            if (!Put(data[..end]) || !Put(_endOfLine)) return false;
            data = data[(end + 1)..];
            _atLineStart = true;
        }
        return true;
    }

    /// <summary>
    /// The common case of a mailbox: lines change only where they start with "From ", so everything up to a line end that could precede one
    /// goes out as one run.
    /// </summary>
    private bool PassUntilFrom(ref ReadOnlySpan<byte> data)
    {
        int start = data.IndexOf("\nFrom "u8);
        int run;
        if (start >= 0) run = start + 1;
        else
        {
            // the last line end matters only when the piece ends within five bytes of it
            int last = data.LastIndexOf((byte)'\n');
            run = last >= 0 && data.Length - last <= s_from.Length ? last + 1 : data.Length;
        }
        bool ok = Put(data[..run]);
        _atLineStart = data[run - 1] == '\n';
        data = data[run..];
        return ok;
    }

    /// <summary>
    /// Writes what a line's start needs and leaves <see cref="_atLineStart"/> false, or keeps it true when the piece ended in mid-decision.
    /// </summary>
    private bool StartLine(ref ReadOnlySpan<byte> data)
    {
        if (_quoteFrom)
        {
            while (_matched < s_from.Length && data.Length > 0 && data[0] == s_from[_matched])
            {
                _matched++;
                data = data[1..];
            }
            if (_matched < s_from.Length && data.IsEmpty) return true;
            if (_matched == s_from.Length && !Put(">"u8)) return false;
            if (_matched > 0)
            {
                int matched = _matched;
                _matched = 0;
                _atLineStart = false;
                return Put(s_from.AsSpan(0, matched));
            }
        }
        _atLineStart = false;
        return !_doubleDots || data[0] != '.' || Put("."u8);
    }

    /// <summary>Completes an unfinished last line, appends an empty one if asked to, and hands everything to the sink.</summary>
    public bool Finish(bool blankLine)
    {
        if (_matched > 0)
        {
            int matched = _matched;
            _matched = 0;
            _atLineStart = false;
            if (!Put(s_from.AsSpan(0, matched))) return false;
        }
        if (!_atLineStart && !Put(_endOfLine)) return false;
        if (blankLine && !Put(_endOfLine)) return false;
        return Flush();
    }

    private bool Put(ReadOnlySpan<byte> data)
    {
        if (data.Length > _buffer.Length - _used)
        {
            if (!Flush()) return false;
            if (data.Length >= _buffer.Length) return sink.Write(data);
        }
        data.CopyTo(_buffer.AsSpan(_used));
        _used += data.Length;
        return true;
    }

    private bool Flush()
    {
        if (_used == 0) return true;
        int used = _used;
        _used = 0;
        return sink.Write(_buffer.AsSpan(0, used));
    }
}

namespace MtaSuite.Tools.Sendmail;

/// <summary>How line ends of a user's message become LF (sendmail_fix_line_endings).</summary>
internal enum LineEnds
{
    /// <summary>Each CRLF is one line end.</summary>
    Always,
    /// <summary>As the first line has it.</summary>
    Strict,
    Never,
}

/// <summary>
/// Content as a user's program gives it, to content as cleanup takes it: line ends become LF, a lone "." may end it, a leading mailbox
/// separator ("From ...") goes away, a last line without an end gets one. Everything else, NUL bytes and lines of any length included,
/// stays. Input may be cut anywhere.
/// </summary>
/// <param name="write">Takes the content; false: it needs no more.</param>
internal sealed class LineFilter(Func<ReadOnlyMemory<byte>, bool> write, LineEnds lineEnds, bool stopAtDot)
{
    private readonly byte[] _out = new byte[32 * 1024];
    /// <summary>The first bytes of a line, as long as they may be the end of the message or a separator.</summary>
    private readonly byte[] _held = new byte[MaxHeld];
    private const int MaxHeld = 32;
    private int _have, _heldCount;
    private bool _lineStarted, _cr, _first = true, _skipping, _done, _refused;
    private bool? _strip = lineEnds == LineEnds.Strict ? null : lineEnds == LineEnds.Always;

    /// <summary>Takes some input. False: the end was met or nothing more is wanted.</summary>
    public bool Take(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty && !_done)
        {
            int end = input.IndexOf((byte)'\n');
            if (end < 0)
            {
                Part(input);
                break;
            }
            Part(input[..end]);
            if (!_done) EndLine();
            input = input[(end + 1)..];
        }
        return !_done;
    }

    /// <summary>The input is complete: hands the rest over.</summary>
    public void Finish()
    {
        if (!_done && (_heldCount > 0 || _lineStarted))
        {
            if (IsDot()) _heldCount = 0;
            Release();
            if (_cr) Put("\r"u8);
            if (_lineStarted) Put("\n"u8);
        }
        Flush();
    }

    private void Part(ReadOnlySpan<byte> bytes)
    {
        if (_skipping) return;
        if (!_lineStarted)
        {
            int take = Math.Min(bytes.Length, MaxHeld - _heldCount);
            bytes[..take].CopyTo(_held.AsSpan(_heldCount));
            _heldCount += take;
            bytes = bytes[take..];
            if (MayBeSpecial()) return;
            Release();
        }
        Emit(bytes);
    }

    /// <summary>What is held of this line does not yet show that it is an ordinary one.</summary>
    private bool MayBeSpecial()
    {
        ReadOnlySpan<byte> held = _held.AsSpan(0, _heldCount);
        if (held.IsEmpty || (stopAtDot && (held.SequenceEqual("."u8) || held.SequenceEqual(".\r"u8)))) return true;
        if (!_first) return false;
        ReadOnlySpan<byte> mark = held.TrimStart((byte)'>'), from = "From "u8;
        _skipping = mark.StartsWith(from);
        return _skipping || (mark.Length < from.Length && from.StartsWith(mark) && held.Length < MaxHeld);
    }

    private bool IsDot()
    {
        ReadOnlySpan<byte> held = _held.AsSpan(0, _heldCount);
        return stopAtDot && !_lineStarted && (held.SequenceEqual("."u8) || (_strip != false && held.SequenceEqual(".\r"u8)));
    }

    private void Release()
    {
        int count = _heldCount;
        _heldCount = 0;
        if (count == 0) return;
        _lineStarted = true;
        _first = false;
        Emit(_held.AsSpan(0, count));
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (_cr) Put("\r"u8);
        _cr = _strip != false && bytes[^1] == '\r';
        Put(_cr ? bytes[..^1] : bytes);
    }

    private void EndLine()
    {
        if (_skipping)
        {
            (_skipping, _heldCount) = (false, 0);
            return;
        }
        if (IsDot())
        {
            _done = true;
            _heldCount = 0;
            return;
        }
        Release();
        _strip ??= _cr;
        _first = _cr = _lineStarted = false;
        Put("\n"u8);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_refused)
        {
            int n = Math.Min(bytes.Length, _out.Length - _have);
            bytes[..n].CopyTo(_out.AsSpan(_have));
            _have += n;
            bytes = bytes[n..];
            if (_have == _out.Length) Flush();
        }
    }

    private void Flush()
    {
        if (_have > 0 && !_refused) _refused = !write(_out.AsMemory(0, _have));
        _done |= _refused;
        _have = 0;
    }
}

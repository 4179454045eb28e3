namespace MtaSuite.Common.Mail;

/// <summary>What <see cref="HeaderScanner.Read"/> found.</summary>
public enum HeaderEvent : byte
{
    /// <summary>The piece is used up; give the next one, or call <see cref="HeaderScanner.Finish"/> at the end of the content.</summary>
    NeedMore,
    /// <summary>A whole header field is in <see cref="HeaderScanner.Field"/>.</summary>
    Header,
    /// <summary>
    /// A mailbox separator line ("From user date", also with "&gt;" before) stood ahead of the first header; it is in <see
    /// cref="HeaderScanner.Field"/>.
    /// </summary>
    MailboxLine,
    /// <summary>An empty line ended the headers and was taken. What is left of the piece is body.</summary>
    EndAtBlankLine,
    /// <summary>
    /// A line that is no header ended them. Its first bytes are in <see cref="HeaderScanner.Rest"/>, the rest of the piece follows them:
    /// all of that is body.
    /// </summary>
    EndAtOtherLine,
    /// <summary>The content ended within the headers.</summary>
    EndOfContent,
}

/// <summary>Is shown the values of fields as they come, before a limit cuts them.</summary>
public interface IFieldReader
{
    /// <summary>A field begins; false: it is of no interest.</summary>
    bool Begin(HeaderName name);

    /// <summary>The next piece of what stands behind the colon, line ends included.</summary>
    void Take(ReadOnlySpan<byte> value);

    void End();
}

/// <summary>
/// Cuts the header section out of content that arrives in arbitrary pieces, lines ending in LF.
/// <code>
/// RFC 5322 2.2:  field = field-name *WSP ":" body LF *( WSP body LF )      field-name = 1*%d33-57 / %d59-126
/// </code>
/// White space before the colon is taken (obsolete syntax). A field is reported when the line behind it has begun, because it might
/// continue. The spans it hands out are valid until the next call. One scanner serves one message at a time; <see cref="Reset"/> makes it
/// new and keeps its buffer.
/// </summary>
public sealed class HeaderScanner(int headerSizeLimit = HeaderScanner.DefaultSizeLimit)
{
    /// <summary>header_size_limit, in bytes.</summary>
    public const int DefaultSizeLimit = 102_400;

    private enum Stage : byte { LineStart, FirstLine, Continuation, MailboxLine, Done }

    private const int MailboxPrefixLength = 16;

    private byte[] _buffer = new byte[1024];
    private int _length;
    private int _colon;          // index of the field's colon, -1 while not seen
    private int _nameEnd;        // end of the name, before white space and colon
    private bool _reported;      // the buffered field was handed out: drop it before anything else
    private bool _dropping;      // the rest of the field is beyond the limit
    private bool _sawHeader;
    private bool _reading;       // the field is one that the reader asked for
    private Stage _stage;

    /// <summary>
    /// White space before a colon is left out of <see cref="Field"/>: only where the header was not signed since it was read.
    /// </summary>
    public bool DropsSpaceBeforeColon { get; init; }

    /// <summary>
    /// A mailbox separator line ahead of the first header is reported as one; else it ends the header section, as any line that is no
    /// header.
    /// </summary>
    public bool TakesMailboxLine { get; set; } = true;

    /// <summary>Gets whole values, however long; null: not needed.</summary>
    public IFieldReader? Reader { get; set; }

    /// <summary>The field as it stands in the content, name to last line, without the final LF.</summary>
    public ReadOnlySpan<byte> Field => _buffer.AsSpan(0, _length);
    public ReadOnlySpan<byte> NameBytes => _buffer.AsSpan(0, _nameEnd);
    /// <summary>What follows the colon: usually a space first; line breaks of folding are LF followed by white space.</summary>
    public ReadOnlySpan<byte> Value => _buffer.AsSpan(_colon + 1, _length - _colon - 1);
    public HeaderName Name { get; private set; }
    /// <summary>The field was longer than the limit; what lay behind it is lost.</summary>
    public bool IsTruncated { get; private set; }
    /// <summary>
    /// Bytes of all header lines taken so far, the blank line too, whether kept or dropped. Callers that cap the whole look here.
    /// </summary>
    public long TotalBytes { get; private set; }
    /// <summary>
    /// After <see cref="HeaderEvent.EndAtOtherLine"/>: the bytes of the body that were already taken from earlier or this piece.
    /// </summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(0, _length);

    public void Reset()
    {
        _length = 0;
        _reported = _dropping = _sawHeader = _reading = IsTruncated = false;
        Reader = null;
        _stage = Stage.LineStart;
        TotalBytes = 0;
        _colon = -1;
    }

    /// <summary>
    /// Takes bytes off the front of <paramref name="input"/> until there is something to report. Behind the end it takes nothing.
    /// </summary>
    public HeaderEvent Read(ref ReadOnlySpan<byte> input)
    {
        DropReported();
        while (!input.IsEmpty)
        {
            switch (_stage)
            {
                case Stage.Done: return HeaderEvent.NeedMore;
                case Stage.LineStart when _length > 0:
                    if (input[0] is not ((byte)' ' or (byte)'\t')) return Report();
                    _stage = Stage.Continuation;
                    break;
                case Stage.LineStart:
                    if (input[0] == '\n')
                    {
                        Take(ref input, 1, keep: false);
                        return End(HeaderEvent.EndAtBlankLine);
                    }
                    BeginField();
                    break;
                case Stage.FirstLine:
                    if (TakeFirstLine(ref input) is { } found) return found;
                    break;
                case Stage.Continuation:
                    TakeLine(ref input);
                    break;
                case Stage.MailboxLine:
                    TakeLine(ref input);
                    if (_stage == Stage.LineStart) return ReportMailboxLine();
                    break;
            }
        }
        return HeaderEvent.NeedMore;
    }

    /// <summary>The content is at its end: reports what is left, then <see cref="HeaderEvent.EndOfContent"/>.</summary>
    public HeaderEvent Finish()
    {
        DropReported();
        if (_stage == Stage.Done || _length == 0) return End(HeaderEvent.EndOfContent);
        if (_stage == Stage.MailboxLine) return ReportMailboxLine();
        if (_stage == Stage.FirstLine && _colon < 0)
            return !_sawHeader && TakesMailboxLine && LooksLikeMailboxLine(Field) ? ReportMailboxLine() : End(HeaderEvent.EndAtOtherLine);
        return Report();
    }

    /// <summary>Takes bytes of a field's first line. Reports when the line turns out to be no header.</summary>
    private HeaderEvent? TakeFirstLine(ref ReadOnlySpan<byte> input)
    {
        if (_colon < 0)
        {
            int stop = NameStop(input);
            if (stop == input.Length)
            {
                Take(ref input, stop, keep: true);
                return _length > headerSizeLimit ? End(HeaderEvent.EndAtOtherLine) : null;
            }
            if (input[stop] != ':' || !HasName(input[..stop]))
            {
                if (!BeginsMailboxLine(input)) return End(HeaderEvent.EndAtOtherLine);
                _stage = Stage.MailboxLine;
                return null;
            }
            Take(ref input, stop + 1, keep: true);
            _colon = _length - 1;
            _nameEnd = Field[.._colon].TrimEnd(" \t"u8).Length;
            if (DropsSpaceBeforeColon && _nameEnd < _colon)
            {
                _buffer[_colon = _nameEnd] = (byte)':';
                _length = _colon + 1;
            }
            _reading = Reader?.Begin(HeaderNames.Recognize(NameBytes)) ?? false;
        }
        TakeLine(ref input);
        return null;
    }

    /// <summary>
    /// The first byte of the piece that cannot be in a name: colon, line end, or a byte behind white space that is no white space.
    /// </summary>
    private int NameStop(ReadOnlySpan<byte> input)
    {
        bool space = _length > 0 && _buffer[_length - 1] is (byte)' ' or (byte)'\t';
        for (int i = 0; i < input.Length; i++)
        {
            byte b = input[i];
            if (b is (byte)' ' or (byte)'\t') space = true;
            else if (b is < 33 or > 126 or (byte)':' || space) return i;
        }
        return input.Length;
    }

    private bool HasName(ReadOnlySpan<byte> before)
    {
        byte first = _length > 0 ? _buffer[0] : before.IsEmpty ? (byte)' ' : before[0];
        return first is not ((byte)' ' or (byte)'\t');
    }

    // The line's first bytes may be spread over the buffer and this piece.
    private bool BeginsMailboxLine(ReadOnlySpan<byte> input)
    {
        if (_sawHeader || !TakesMailboxLine) return false;
        Span<byte> start = stackalloc byte[MailboxPrefixLength];
        int kept = Math.Min(_length, start.Length);
        _buffer.AsSpan(0, kept).CopyTo(start);
        int more = Math.Min(input.Length, start.Length - kept);
        input[..more].CopyTo(start[kept..]);
        return LooksLikeMailboxLine(start[..(kept + more)]);
    }

    private static bool LooksLikeMailboxLine(ReadOnlySpan<byte> line) =>
        line[..Math.Min(line.Length, MailboxPrefixLength)].TrimStart((byte)'>').StartsWith("From "u8);

    private void TakeLine(ref ReadOnlySpan<byte> input)
    {
        int lineEnd = input.IndexOf((byte)'\n');
        if (lineEnd < 0)
        {
            Take(ref input, input.Length, keep: true);
            return;
        }
        Take(ref input, lineEnd + 1, keep: true);
        _stage = Stage.LineStart;
    }

    private void Take(ref ReadOnlySpan<byte> input, int count, bool keep)
    {
        TotalBytes += count;
        if (_reading) Reader!.Take(input[..count]);
        if (keep)
        {
            int room = _dropping ? 0 : headerSizeLimit - _length;
            int kept = Math.Min(count, room);
            if (_stage == Stage.FirstLine && _colon < 0) kept = count; // bounded by the look behind it
            else if (kept < count) _dropping = IsTruncated = true;
            if (_length + kept > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_length + kept, _buffer.Length * 2));
            input[..kept].CopyTo(_buffer.AsSpan(_length));
            _length += kept;
        }
        input = input[count..];
    }

    private void BeginField()
    {
        _stage = Stage.FirstLine;
        _colon = -1;
        _dropping = IsTruncated = false;
    }

    private HeaderEvent Report()
    {
        if (_reading) Reader!.End();
        _reading = false;
        if (_length > 0 && _buffer[_length - 1] == '\n') _length--;
        Name = HeaderNames.Recognize(NameBytes);
        _reported = _sawHeader = true;
        _stage = Stage.LineStart;
        return HeaderEvent.Header;
    }

    private HeaderEvent ReportMailboxLine()
    {
        if (_length > 0 && _buffer[_length - 1] == '\n') _length--;
        _reported = true;
        _stage = Stage.LineStart;
        return HeaderEvent.MailboxLine;
    }

    private HeaderEvent End(HeaderEvent how)
    {
        _stage = Stage.Done;
        if (how != HeaderEvent.EndAtOtherLine) _length = 0;
        else TotalBytes -= _length;
        return how;
    }

    private void DropReported()
    {
        if (!_reported) return;
        _reported = false;
        _length = 0;
    }
}

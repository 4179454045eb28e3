using System.Buffers;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Mime;

/// <summary>What <see cref="MimeReader.Read"/> found.</summary>
public enum MimeEvent : byte
{
    /// <summary>The piece is used up; give the next one, or call <see cref="MimeReader.Finish"/> at the end of the content.</summary>
    NeedMore,
    /// <summary>A header field, without its last LF.</summary>
    Field,
    /// <summary>A header section ended; <see cref="MimeReader.Ending"/> says how.</summary>
    HeaderEnd,
    /// <summary>A line of a body, or a piece of a long one, without its LF.</summary>
    Line,
    /// <summary>Bytes of a body, line ends included, where lines are not needed.</summary>
    Bytes,
    /// <summary>The content is over.</summary>
    End,
}

/// <summary>What ended a header section.</summary>
public enum HeaderEnding : byte { BlankLine, OtherLine, EndOfContent }

/// <summary>
/// Follows the MIME structure of content that streams by in pieces of any length (RFC 2045, 2046): multiparts in multiparts and messages in
/// messages. Malformed structure is no error: a part without end ends with what surrounds it. It is asked for one event after the other, so
/// that the caller may wait in between; spans it hands out are valid until the next call. It holds one field or line at a time.
/// </summary>
public sealed partial class MimeReader
{
    private readonly record struct OpenMultipart(MimeEntity Entity, byte[] Delimiter, bool IsDigest);

    private readonly MimeRules _rules;
    private readonly MimeViolationReport? _report;
    private readonly HeaderScanner _scanner;
    /// <summary>The multiparts that are open, outermost first.</summary>
    private readonly List<OpenMultipart> _open = [];
    /// <summary>The beginning of a line whose end has not come.</summary>
    private readonly ArrayBufferWriter<byte> _held = new();
    private readonly List<string> _boundaries = [];
    /// <summary>The beginning of a body that was taken for a field at first.</summary>
    private ReadOnlyMemory<byte> _rest;
    private ReadOnlyMemory<byte> _text;
    private bool _inHeader = true, _isFieldText, _isHeldText, _isContinued, _isMarkedEnd;
    private int _count = 1;
    /// <summary>What becomes true with the next event.</summary>
    private bool _beginsNested;
    private int _delimiterLevel = -1;

    /// <param name="report">Is told of what <see cref="MimeRules.Reported"/> names.</param>
    public MimeReader(MimeRules rules, MimeViolationReport? report = null)
    {
        (_rules, _report) = (rules, report);
        _scanner = new HeaderScanner(rules.HeaderSize) { DropsSpaceBeforeColon = rules.FindsHiddenParts };
    }

    /// <summary>The entity that the event belongs to; one object for one entity.</summary>
    public MimeEntity Entity { get; private set; } = new(0, MimeSection.Primary, isDigestPart: false, isDelimited: false);

    /// <summary>Bodies are reported line by line; else in pieces as large as may be.</summary>
    public bool TakesLines { get; set; } = true;

    /// <summary>The field, line or bytes.</summary>
    public ReadOnlySpan<byte> Text => _isFieldText ? _scanner.Field : _text.Span;

    /// <summary>Of a field.</summary>
    public HeaderName Name { get; private set; }

    /// <summary>What a header section ended at.</summary>
    public HeaderEnding Ending { get; private set; }

    /// <summary>An LF stood behind the line; else it goes on, or the content ends there.</summary>
    public bool EndsLine { get; private set; }

    /// <summary>The line separates parts.</summary>
    public bool IsDelimiter { get; private set; }

    /// <summary>Where a line begins within its body; each line end counts as one.</summary>
    public long Offset { get; private set; }

    /// <summary>What the body is declared to be: 7bit, 8bit, binary, quoted-printable or base64; text around parts is 7bit.</summary>
    public string BodyEncoding { get; private set; } = SevenBit;

    /// <summary>The faults that were reported.</summary>
    public MimeViolations Violations { get; private set; }

    private const string SevenBit = "7bit";
    private long _nextOffset;

    /// <summary>
    /// Takes bytes off the front of <paramref name="input"/> until there is something to report. They must stay as they are until the next
    /// call.
    /// </summary>
    public MimeEvent Read(ref ReadOnlyMemory<byte> input)
    {
        GoOn();
        if (ReadFrom(ref _rest) is not MimeEvent.NeedMore and MimeEvent first) return first;
        return ReadFrom(ref input);
    }

    private MimeEvent ReadFrom(ref ReadOnlyMemory<byte> input) =>
        input.IsEmpty ? MimeEvent.NeedMore : _inHeader ? ReadHeader(ref input) : ReadBody(ref input);

    /// <summary>The content is at its end: reports what is left, then <see cref="MimeEvent.End"/>.</summary>
    public MimeEvent Finish()
    {
        GoOn();
        if (ReadFrom(ref _rest) is not MimeEvent.NeedMore and MimeEvent first) return first;
        if (_inHeader) return Take(_scanner.Finish());
        if (_held.WrittenCount == 0) return MimeEvent.End;
        TakeLine(HeldText(), endsLine: false);
        _isContinued = false;
        return MimeEvent.Line;
    }

    /// <summary>What the last event announced comes true.</summary>
    private void GoOn()
    {
        if (_isHeldText) _held.ResetWrittenCount();
        _isHeldText = _isFieldText = false;
        if (_beginsNested) Begin(MimeSection.Nested, isDigestPart: false);
        else if (_delimiterLevel >= 0 && !_isContinued) CrossDelimiter();
        _beginsNested = false;
    }

    private void Begin(MimeSection section, bool isDigestPart)
    {
        Entity = new MimeEntity(_count++, section, isDigestPart, _open.Count > 0);
        _scanner.Reset();
        _scanner.TakesMailboxLine = !_rules.FindsHiddenParts;
        _inHeader = true;
        BodyEncoding = SevenBit;
    }

    private void Report(MimeViolations violation, ReadOnlySpan<byte> text)
    {
        if ((_rules.Reported & violation) == 0 || (Violations & violation) != 0) return;
        Violations |= violation;
        _report?.Invoke(violation, text);
    }

    // ---- bodies ------------------------------------------------------------------------------------------------------

    private MimeEvent ReadBody(ref ReadOnlyMemory<byte> input)
    {
        if (!TakesLines && _held.WrittenCount == 0 && TryTakeBytes(ref input)) return MimeEvent.Bytes;
        ReadOnlySpan<byte> data = input.Span;
        int room = _rules.LineLength - _held.WrittenCount;
        int end = data[..Math.Min(room, data.Length)].IndexOf((byte)'\n');
        if (end < 0 && data.Length < room)
        {
            _held.Write(data);
            input = default;
            return MimeEvent.NeedMore;
        }
        int take = end < 0 ? room : end;
        ReadOnlyMemory<byte> piece = input[..take];
        input = input[(end < 0 ? take : take + 1)..];
        if (_held.WrittenCount == 0) return TakeLine(piece, endsLine: end >= 0);
        _held.Write(piece.Span);
        return TakeLine(HeldText(), endsLine: end >= 0);
    }

    private ReadOnlyMemory<byte> HeldText()
    {
        _isHeldText = true;
        return _held.WrittenMemory;
    }

    /// <summary>All up to the next line that may be a delimiter; false where that stands first.</summary>
    private bool TryTakeBytes(ref ReadOnlyMemory<byte> input)
    {
        if (_delimiterLevel >= 0) return false; // one that goes on
        ReadOnlySpan<byte> data = input.Span;
        int take = data.Length;
        if (_open.Count > 0)
        {
            if (!_isContinued && data[0] == '-') return false;
            int next = data.IndexOf("\n-"u8);
            if (next >= 0) take = next + 1;
        }
        _text = input[..take];
        input = input[take..];
        _isContinued = data[take - 1] != '\n';
        return true;
    }

    private MimeEvent TakeLine(ReadOnlyMemory<byte> line, bool endsLine)
    {
        _text = line;
        ReadOnlySpan<byte> text = line.Span;
        if (_isMarkedEnd) Report(MimeViolations.NonEmptyEndOfHeader, text);
        _isMarkedEnd = false;
        if ((_rules.Reported & MimeViolations.EightBitBody) != 0 && BodyEncoding == SevenBit && !System.Text.Ascii.IsValid(text))
            Report(MimeViolations.EightBitBody, text);
        if (!_isContinued) IsDelimiter = text.StartsWith("--"u8) && FindDelimiter(text);
        if (!_isContinued && IsDelimiter && _closes) _nextOffset = 0; // the text behind the last part is a body of its own
        (EndsLine, _isContinued) = (endsLine, !endsLine);
        Offset = _nextOffset;
        _nextOffset += text.Length + 1;
        return MimeEvent.Line;
    }
}

using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Relay.Mime;

/// <summary>What a walker meets, in the content's order. Spans are valid during the call.</summary>
internal interface IMimeVisitor
{
    /// <summary>A header field without its last LF. Type and encoding are noted in the entity before the call.</summary>
    void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field);

    /// <summary>The empty line behind a header section.</summary>
    void HeaderEnd(MimeEntity entity);

    /// <summary>Bytes of a body, LF included: of a leaf, or what stands before and behind the parts of a multipart.</summary>
    void Body(MimeEntity entity, ReadOnlySpan<byte> bytes);

    /// <summary>A body ends here.</summary>
    void BodyEnd(MimeEntity entity);

    /// <summary>A line between parts, LF included.</summary>
    void Delimiter(ReadOnlySpan<byte> line);
}

/// <summary>
/// Follows the MIME structure of content that streams by (RFC 2045, 2046): multiparts in multiparts and messages in messages, up to a
/// depth; what lies deeper is the body of a leaf. Malformed structure is no error: a part without end ends with what surrounds it.
/// </summary>
internal sealed class MimeWalker(IMimeVisitor visitor)
{
    /// <summary>mime_nesting_limit's default.</summary>
    public const int MaxNesting = 100;
    private const int MaxDelimiter = 1100, MaxField = 16 * 1024 * 1024;
    private readonly HeaderScanner _scanner = new(MaxField);
    /// <summary>The multiparts that are open, outermost first.</summary>
    private readonly List<(MimeEntity Entity, byte[] Delimiter, int Depth)> _open = [];
    private readonly List<byte> _line = [];
    private MimeEntity _entity = new(0, MimeSection.Primary, isDigestPart: false, isDelimited: false);
    private int _count = 1, _depth;
    private bool _inHeader = true, _atLineStart = true;

    /// <summary>The next piece of the content, any length.</summary>
    public void Write(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            if (_inHeader) ReadHeader(ref input);
            else ReadBody(ref input);
        }
    }

    /// <summary>The content is over.</summary>
    public void Finish()
    {
        while (_inHeader)
        {
            HeaderEvent what = _scanner.Finish();
            if (what is HeaderEvent.Header or HeaderEvent.MailboxLine) TakeField(what);
            else EndHeader(_scanner.Rest.ToArray(), isAtEnd: what == HeaderEvent.EndOfContent);
            if (what == HeaderEvent.EndOfContent) break;
        }
        if (_line.Count > 0) EndLine();
        if (!_inHeader) visitor.BodyEnd(_entity);
    }

    // ---- headers -----------------------------------------------------------------------------------------------------

    private void ReadHeader(ref ReadOnlySpan<byte> input)
    {
        switch (_scanner.Read(ref input))
        {
            case HeaderEvent.Header:
                TakeField(HeaderEvent.Header);
                break;
            case HeaderEvent.MailboxLine:
                TakeField(HeaderEvent.MailboxLine);
                break;
            case HeaderEvent.EndAtBlankLine:
                EndHeader(default, isAtEnd: false);
                break;
            case HeaderEvent.EndAtOtherLine:
                EndHeader(_scanner.Rest.ToArray(), isAtEnd: false);
                break;
        }
    }

    private void TakeField(HeaderEvent what)
    {
        HeaderName name = what == HeaderEvent.Header ? _scanner.Name : HeaderName.Other;
        if (name == HeaderName.ContentType) _entity.Type = ContentType.Parse(_scanner.Value);
        else if (name == HeaderName.ContentTransferEncoding && _entity.Encoding.Length == 0)
            _entity.Encoding = Encoding.Latin1.GetString(_scanner.Value).Split(';', '(')[0].Trim().ToLowerInvariant();
        else if (name == HeaderName.MimeVersion) _entity.HasVersion = true;
        visitor.Header(_entity, name, _scanner.Field);
    }

    /// <param name="rest">The beginning of the body that the scanner has taken already.</param>
    private void EndHeader(ReadOnlySpan<byte> rest, bool isAtEnd)
    {
        if (!isAtEnd) visitor.HeaderEnd(_entity);
        (_inHeader, _atLineStart) = (false, true);
        if (isAtEnd) return;
        if (_depth < MaxNesting && _entity.Kind == MimeKind.Multipart)
        {
            _depth++;
            _open.Add((_entity, Encoding.Latin1.GetBytes("--" + _entity.Type.Boundary), _depth));
        }
        else if (_depth < MaxNesting && _entity.Kind == MimeKind.Message)
        {
            _depth++;
            Begin(MimeSection.Nested, isDigestPart: false);
        }
        if (!rest.IsEmpty) Write(rest);
    }

    private void Begin(MimeSection section, bool isDigestPart)
    {
        _entity = new MimeEntity(_count++, section, isDigestPart, _open.Count > 0);
        _scanner.Reset();
        _inHeader = true;
    }

    // ---- bodies ------------------------------------------------------------------------------------------------------

    private void ReadBody(ref ReadOnlySpan<byte> input)
    {
        if (_line.Count > 0 || (_atLineStart && _open.Count > 0 && input[0] == '-'))
        {
            GatherLine(ref input);
            return;
        }
        int end = input.IndexOf((byte)'\n');
        // where nothing is open no line can be a delimiter, so that all of them go in one piece
        int take = end < 0 || _open.Count == 0 ? input.Length : end + 1;
        visitor.Body(_entity, input[..take]);
        _atLineStart = input[take - 1] == '\n';
        input = input[take..];
    }

    /// <summary>Keeps a line that may be a delimiter until it is known whether it is one.</summary>
    private void GatherLine(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        int take = Math.Min(end < 0 ? input.Length : end + 1, MaxDelimiter - _line.Count);
        _line.AddRange(input[..take]);
        input = input[take..];
        bool mayBe = _line.Count < 2 || _line[1] == '-';
        if (_line[^1] == '\n' || !mayBe || _line.Count >= MaxDelimiter) EndLine();
    }

    private void EndLine()
    {
        byte[] line = [.. _line];
        _line.Clear();
        _atLineStart = line[^1] == '\n';
        ReadOnlySpan<byte> text = line.AsSpan().TrimEnd(" \t\r\n"u8);
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            byte[] delimiter = _open[i].Delimiter;
            if (!text.StartsWith(delimiter)) continue;
            ReadOnlySpan<byte> behind = text[delimiter.Length..];
            if (!behind.IsEmpty && !behind.SequenceEqual("--"u8)) continue;
            TakeDelimiter(i, line, closes: !behind.IsEmpty);
            return;
        }
        visitor.Body(_entity, line);
    }

    private void TakeDelimiter(int level, ReadOnlySpan<byte> line, bool closes)
    {
        visitor.BodyEnd(_entity);
        visitor.Delimiter(line);
        (MimeEntity multipart, _, int depth) = _open[level];
        // what lay within the part before is over
        _depth = closes ? depth - 1 : depth;
        _open.RemoveRange(level + 1, _open.Count - level - 1);
        if (!closes)
        {
            Begin(MimeSection.Part, multipart.IsDigest);
            return;
        }
        _open.RemoveAt(level);
        _entity = multipart; // its epilogue
    }
}

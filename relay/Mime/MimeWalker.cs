using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;

namespace MtaSuite.Relay.Mime;

/// <summary>What a walker meets, in the content's order. Spans are valid during the call.</summary>
public interface IMimeVisitor
{
    /// <summary>A header field without its last LF. Type and encoding are noted in the entity before the call.</summary>
    void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field);

    /// <summary>The end of a header section, usually an empty line.</summary>
    void HeaderEnd(MimeEntity entity);

    /// <summary>Bytes of a body, LF included: of a leaf, or what stands before and behind the parts of a multipart.</summary>
    void Body(MimeEntity entity, ReadOnlySpan<byte> bytes);

    /// <summary>A body ends here.</summary>
    void BodyEnd(MimeEntity entity);

    /// <summary>A line between parts, LF included.</summary>
    void Delimiter(ReadOnlySpan<byte> line);
}

/// <summary>Shows a visitor what a <see cref="MimeReader"/> finds, where the visitor need not wait in between.</summary>
public sealed class MimeWalker(IMimeVisitor visitor)
{
    /// <summary>Fields in the queue were cut when they came.</summary>
    private const int MaxField = 16 * 1024 * 1024;
    private readonly MimeReader _reader = new(new MimeRules { HeaderSize = MaxField }) { TakesLines = false };

    /// <summary>The next piece of the content, any length.</summary>
    public void Write(ReadOnlyMemory<byte> input)
    {
        for (MimeEvent what = _reader.Read(ref input); what != MimeEvent.NeedMore; what = _reader.Read(ref input)) Show(what);
    }

    /// <summary>The content is over.</summary>
    public void Finish()
    {
        for (MimeEvent what = _reader.Finish(); what != MimeEvent.End; what = _reader.Finish()) Show(what);
        visitor.BodyEnd(_reader.Entity);
    }

    private void Show(MimeEvent what)
    {
        switch (what)
        {
            case MimeEvent.Field:
                visitor.Header(_reader.Entity, _reader.Name, _reader.Text);
                break;
            case MimeEvent.HeaderEnd when _reader.Ending != HeaderEnding.EndOfContent:
                visitor.HeaderEnd(_reader.Entity);
                break;
            case MimeEvent.Bytes:
                visitor.Body(_reader.Entity, _reader.Text);
                break;
            case MimeEvent.Line:
                ShowLine(_reader.EndsLine ? [.. _reader.Text, (byte)'\n'] : _reader.Text);
                break;
        }
    }

    private void ShowLine(ReadOnlySpan<byte> line)
    {
        if (!_reader.IsDelimiter)
        {
            visitor.Body(_reader.Entity, line);
            return;
        }
        visitor.BodyEnd(_reader.Entity);
        visitor.Delimiter(line);
    }
}

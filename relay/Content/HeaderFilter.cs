using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Mime;

namespace MtaSuite.Relay.Content;

/// <summary>
/// Rewrites addresses in the message's own header and lets the tables of checks change headers and body lines. The content is cut into
/// pieces first; those that a table has to see are looked up in their order, and then all is written.
/// </summary>
internal sealed class HeaderFilter : IContentFilter, IMimeVisitor
{
    private const int MaxLine = 64 * 1024;
    private readonly string _queueId;
    private readonly GenericMaps? _generic;
    private readonly ContentChecks _checks;
    private readonly MimeWalker _walker;
    private readonly HeaderRewriting _rewriting = new();
    private readonly ArrayBufferWriter<byte> _field = new(), _bytes = new();
    private readonly List<Piece> _pieces = [];
    private readonly List<byte> _line = [];
    private long _checked;

    /// <summary>Some of <see cref="_bytes"/>.</summary>
    /// <param name="Checks">The tables that see it, without its line end; null: it goes out as it is.</param>
    /// <param name="IsHeader">A header field, rather than a line of a body.</param>
    /// <param name="Rewritten">Its addresses are rewritten first.</param>
    private readonly record struct Piece(int Length, Maps? Checks, bool IsHeader, bool Rewritten);

    public HeaderFilter(string queueId, GenericMaps? generic, ContentChecks checks)
    {
        (_queueId, _generic, _checks) = (queueId, generic, checks);
        _walker = new MimeWalker(this);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, IBufferWriter<byte> output)
    {
        _walker.Write(input.Span);
        return PutAsync(output);
    }

    public ValueTask FinishAsync(IBufferWriter<byte> output)
    {
        _walker.Finish();
        return PutAsync(output);
    }

    // ---- cutting ---------------------------------------------------------------------------------------------------

    public void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field)
    {
        HeaderTraits traits = name.Traits();
        bool rewritten = _generic != null && entity.Section == MimeSection.Primary
            && (traits & (HeaderTraits.Sender | HeaderTraits.Recipient)) != 0;
        Add(field, _checks.For(entity.Section, (traits & HeaderTraits.Mime) != 0), isHeader: true, rewritten);
    }

    public void HeaderEnd(MimeEntity entity)
    {
        _checked = 0;
        Add("\n"u8);
    }

    public void Body(MimeEntity entity, ReadOnlySpan<byte> bytes)
    {
        if (_checks.Body.IsEmpty || (_checked >= _checks.BodyLimit && _line.Count == 0))
        {
            Add(bytes);
            return;
        }
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            int take = end < 0 ? bytes.Length : end;
            _line.AddRange(bytes[..take]);
            bytes = bytes[(end < 0 ? take : take + 1)..];
            if (end >= 0) EndLine();
            else if (_line.Count > MaxLine) Flush();
        }
    }

    private void EndLine()
    {
        _checked += _line.Count + 1;
        Add(CollectionsMarshal.AsSpan(_line), _checked > _checks.BodyLimit ? Maps.Empty : _checks.Body, isHeader: false, rewritten: false);
        _line.Clear();
    }

    /// <summary>A line without end is not looked at.</summary>
    private void Flush()
    {
        Add(CollectionsMarshal.AsSpan(_line));
        _line.Clear();
    }

    public void BodyEnd(MimeEntity entity)
    {
        if (_line.Count > 0) Flush();
    }

    public void Delimiter(ReadOnlySpan<byte> line) => Add(line);

    private void Add(ReadOnlySpan<byte> bytes) => Add(bytes, null, isHeader: false, rewritten: false);

    private void Add(ReadOnlySpan<byte> bytes, Maps? checks, bool isHeader, bool rewritten)
    {
        _bytes.Write(bytes);
        _pieces.Add(new Piece(bytes.Length, checks, isHeader, rewritten));
    }

    // ---- looking up and writing ------------------------------------------------------------------------------------

    private async ValueTask PutAsync(IBufferWriter<byte> output)
    {
        int at = 0;
        foreach (Piece piece in _pieces)
        {
            ReadOnlyMemory<byte> text = _bytes.WrittenMemory.Slice(at, piece.Length);
            at += piece.Length;
            if (piece.Checks is not { } checks)
            {
                output.Write(text.Span);
                continue;
            }
            if (piece.Rewritten) text = await RewriteAsync(text);
            (CheckAction action, string value) = await ContentChecks.AskAsync(checks, _queueId, piece.IsHeader ? "header" : "body", text);
            Put(output, action, text.Span, value);
        }
        _pieces.Clear();
        _bytes.ResetWrittenCount();
    }

    private async ValueTask<ReadOnlyMemory<byte>> RewriteAsync(ReadOnlyMemory<byte> field)
    {
        int value = field.Span.IndexOf((byte)':') + 1;
        _rewriting.Find(field.Span[value..], _generic!);
        await _rewriting.LookUpAsync(_generic!);
        if (!_rewriting.IsChanged) return field;
        _field.ResetWrittenCount();
        _field.Write(field.Span[..value]);
        _rewriting.Write(field.Span[value..], _field, value);
        return _field.WrittenMemory;
    }

    private static void Put(IBufferWriter<byte> output, CheckAction action, ReadOnlySpan<byte> text, string value)
    {
        if (action is CheckAction.Prepend or CheckAction.Replace)
            PutLine(output, Encoding.UTF8.GetBytes(value.Replace("\r", "").Replace("\0", "")));
        if (action is CheckAction.Keep or CheckAction.Prepend) PutLine(output, text);
    }

    private static void PutLine(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write(text);
        output.Write("\n"u8);
    }
}

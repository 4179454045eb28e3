using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Mime;

namespace MtaSuite.Relay.Content;

/// <summary>Rewrites addresses in the message's own header and lets the tables of checks change headers and body lines.</summary>
internal sealed class HeaderFilter : IContentFilter, IMimeVisitor
{
    private const int MaxLine = 64 * 1024;
    private readonly string _queueId;
    private readonly GenericMaps? _generic;
    private readonly ContentChecks _checks;
    private readonly MimeWalker _walker;
    private readonly ArrayBufferWriter<byte> _field = new();
    private readonly List<byte> _line = [];
    private IBufferWriter<byte> _output = null!;
    private long _checked;

    public HeaderFilter(string queueId, GenericMaps? generic, ContentChecks checks)
    {
        (_queueId, _generic, _checks) = (queueId, generic, checks);
        _walker = new MimeWalker(this);
    }

    public void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        _output = output;
        _walker.Write(input);
    }

    public void Finish(IBufferWriter<byte> output)
    {
        _output = output;
        _walker.Finish();
    }

    public void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field)
    {
        HeaderTraits traits = name.Traits();
        if (_generic != null && entity.Section == MimeSection.Primary && (traits & (HeaderTraits.Sender | HeaderTraits.Recipient)) != 0)
            field = Rewrite(field);
        bool isMime = (traits & HeaderTraits.Mime) != 0;
        CheckAction action = ContentChecks.Ask(_checks.For(entity.Section, isMime), _queueId, "header", field, out string value);
        Put(action, field, value);
    }

    private ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> field)
    {
        int value = field.IndexOf((byte)':') + 1;
        _field.ResetWrittenCount();
        _field.Write(field[..value]);
        return HeaderAddresses.Rewrite(field[value..], _generic!, _field, value) ? _field.WrittenSpan : field;
    }

    private void Put(CheckAction action, ReadOnlySpan<byte> text, string value)
    {
        if (action is CheckAction.Prepend or CheckAction.Replace)
            PutLine(Encoding.UTF8.GetBytes(value.Replace("\r", "").Replace("\0", "")));
        if (action is CheckAction.Keep or CheckAction.Prepend) PutLine(text);
    }

    private void PutLine(ReadOnlySpan<byte> text)
    {
        _output.Write(text);
        _output.Write("\n"u8);
    }

    public void HeaderEnd(MimeEntity entity)
    {
        _checked = 0;
        _output.Write("\n"u8);
    }

    public void Body(MimeEntity entity, ReadOnlySpan<byte> bytes)
    {
        if (_checks.Body.IsEmpty || (_checked >= _checks.BodyLimit && _line.Count == 0))
        {
            _output.Write(bytes);
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
        byte[] line = [.. _line];
        _line.Clear();
        _checked += line.Length + 1;
        string value = "";
        CheckAction action = _checked > _checks.BodyLimit ? CheckAction.Keep
            : ContentChecks.Ask(_checks.Body, _queueId, "body", line, out value);
        Put(action, line, value);
    }

    /// <summary>A line without end is not looked at.</summary>
    private void Flush()
    {
        _output.Write([.. _line]);
        _line.Clear();
    }

    public void BodyEnd(MimeEntity entity)
    {
        if (_line.Count > 0) Flush();
    }

    public void Delimiter(ReadOnlySpan<byte> line) => _output.Write(line);
}

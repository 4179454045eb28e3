using System.Buffers;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Relay.Content;

namespace MtaSuite.Relay.Mime;

/// <summary>
/// Converts 8-bit content for a server without 8BITMIME (RFC 6152 3): parts with bytes above 127 become quoted-printable or base64, labels
/// become true. The structure stays as it is; what cannot be converted is not sent (<see cref="ConversionPlan.LeavesEightBit"/>). Content
/// without MIME headers gets them; its character set is not known (RFC 1428). Bytes above 127 in headers stay.
/// </summary>
internal sealed class SevenBitConverter : IContentTransform, IMimeVisitor
{
    private readonly ConversionPlan _plan;
    private readonly MimeWalker _walker;
    private IBufferWriter<byte> _output = null!;
    private ITransferEncoder? _encoder;
    private bool _hasLabel;

    /// <param name="plan">From a walk through the same content.</param>
    public SevenBitConverter(ConversionPlan plan)
    {
        _plan = plan;
        _walker = new MimeWalker(this);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, IBufferWriter<byte> output)
    {
        _output = output;
        _walker.Write(input);
        return ValueTask.CompletedTask;
    }

    public ValueTask FinishAsync(IBufferWriter<byte> output)
    {
        _output = output;
        _walker.Finish();
        return ValueTask.CompletedTask;
    }

    public void Header(MimeEntity entity, HeaderName name, ReadOnlySpan<byte> field)
    {
        Conversion conversion = _plan.For(entity.Index);
        if (name == HeaderName.ContentTransferEncoding && conversion != Conversion.AsIs)
        {
            PutLabel(conversion);
            return;
        }
        _output.Write(field);
        _output.Write("\n"u8);
    }

    private void PutLabel(Conversion conversion)
    {
        if (_hasLabel) return;
        _hasLabel = true;
        _output.Write(conversion switch
        {
            Conversion.Label => "Content-Transfer-Encoding: 7bit\n"u8,
            Conversion.Base64 => "Content-Transfer-Encoding: base64\n"u8,
            _ => "Content-Transfer-Encoding: quoted-printable\n"u8,
        });
    }

    public void HeaderEnd(MimeEntity entity)
    {
        Conversion conversion = _plan.For(entity.Index);
        if (conversion is Conversion.QuotedPrintable or Conversion.Base64)
        {
            if (!entity.HasVersion && entity.Section != MimeSection.Part) _output.Write("MIME-Version: 1.0\n"u8);
            if (!entity.HasType) _output.Write("Content-Type: text/plain; charset=unknown-8bit\n"u8);
            PutLabel(conversion);
            _encoder = conversion == Conversion.Base64 ? new Base64Encoder(entity.IsDelimited) : new QuotedPrintableEncoder();
        }
        _hasLabel = false;
        _output.Write("\n"u8);
    }

    public void Body(MimeEntity entity, ReadOnlySpan<byte> bytes)
    {
        if (_encoder != null) _encoder.Write(bytes, _output);
        else _output.Write(bytes);
    }

    public void BodyEnd(MimeEntity entity)
    {
        _encoder?.Finish(_output);
        _encoder = null;
    }

    public void Delimiter(ReadOnlySpan<byte> line) => _output.Write(line);
}

using System.Buffers;
using System.Buffers.Text;

namespace MtaSuite.Common.Mime;

/// <summary>Encodes the body of one part as it streams by; lines end in LF on both sides.</summary>
public interface ITransferEncoder
{
    void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output);

    /// <summary>The body is over; the line break before a delimiter is not part of it, but of the delimiter (RFC 2046 5.1.1).</summary>
    void Finish(IBufferWriter<byte> output);
}

/// <summary>
/// quoted-printable, RFC 2045 6.7: bytes above 126 and below 32, "=" and white space at the end of a line as =XX; lines of at most 76
/// characters. A dot or "From " at the start of a line is encoded too, for gateways that change such lines.
/// </summary>
public sealed class QuotedPrintableEncoder : ITransferEncoder
{
    private const int MaxLine = 76;
    private int _column;
    private byte _space;

    public void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        foreach (byte b in input)
        {
            if (b == '\n') EndLine(output);
            else
            {
                FlushSpace(output, encode: false);
                if (b is (byte)' ' or (byte)'\t') _space = b;
                else Put(b, b is < 32 or > 126 or (byte)'=' || (_column == 0 && b is ((byte)'.' or (byte)'F')), output);
            }
        }
    }

    /// <summary>A space is kept back until it is known whether the line ends behind it.</summary>
    private void FlushSpace(IBufferWriter<byte> output, bool encode)
    {
        byte space = _space;
        _space = 0;
        if (space != 0) Put(space, encode, output);
    }

    private void Put(byte b, bool encode, IBufferWriter<byte> output)
    {
        int length = encode ? 3 : 1;
        if (_column + length > MaxLine - 1)
        {
            output.Write("=\n"u8);
            _column = 0;
        }
        Span<byte> span = output.GetSpan(3);
        if (encode)
        {
            span[0] = (byte)'=';
            span[1] = "0123456789ABCDEF"u8[b >> 4];
            span[2] = "0123456789ABCDEF"u8[b & 15];
        }
        else span[0] = b;
        output.Advance(length);
        _column += length;
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        FlushSpace(output, encode: true);
        output.Write("\n"u8);
        _column = 0;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        FlushSpace(output, encode: true);
        _column = 0;
    }
}

/// <summary>base64, RFC 2045 6.8: lines of 76 characters; a line break of the text is CR LF (its canonical form, RFC 2049 4).</summary>
public sealed class Base64Encoder(bool isDelimited) : ITransferEncoder
{
    private const int BytesInLine = 57;
    private readonly byte[] _block = new byte[BytesInLine];
    private int _held;
    private bool _lineFeed;

    public void Write(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        foreach (byte b in input)
        {
            if (_lineFeed) AddBreak(output);
            if (b == '\n') _lineFeed = true;
            else Add(b, output);
        }
    }

    private void AddBreak(IBufferWriter<byte> output)
    {
        _lineFeed = false;
        Add((byte)'\r', output);
        Add((byte)'\n', output);
    }

    private void Add(byte b, IBufferWriter<byte> output)
    {
        _block[_held++] = b;
        if (_held == BytesInLine) EndLine(output);
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        Base64.EncodeToUtf8(_block.AsSpan(0, _held), output.GetSpan(Base64.GetMaxEncodedToUtf8Length(_held)), out _, out int written);
        output.Advance(written);
        output.Write("\n"u8);
        _held = 0;
    }

    public void Finish(IBufferWriter<byte> output)
    {
        if (_lineFeed && !isDelimited) AddBreak(output);
        if (_held > 0) EndLine(output);
        _lineFeed = false;
    }
}

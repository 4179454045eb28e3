using System.Buffers.Text;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// The arguments of BDAT. RFC 3030 2: bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CR LF, chunk-size = 1*DIGIT, end-marker = "LAST".
/// </summary>
/// <param name="Size">Bytes that follow the line.</param>
/// <param name="Last">The chunk ends the message.</param>
public readonly record struct BdatArguments(long Size, bool Last)
{
    public static bool TryParse(ReadOnlySpan<byte> text, out BdatArguments arguments)
    {
        arguments = default;
        ReadOnlySpan<byte> size = CommandLine.TakeWord(ref text);
        if (size.IsEmpty || size.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (!Utf8Parser.TryParse(size, out long value, out int used) || used != size.Length) return false;
        bool last = !text.IsEmpty;
        if (last && !System.Text.Ascii.EqualsIgnoreCase(text, "LAST"u8)) return false;
        arguments = new BdatArguments(value, last);
        return true;
    }
}

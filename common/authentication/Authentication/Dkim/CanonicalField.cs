using System.Buffers;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>Header fields in canonical form (RFC 6376 3.4.1, 3.4.2).</summary>
internal static class CanonicalField
{
    /// <summary>Writes a field. Simple: as it is. Relaxed: the name in lower case, unfolded, blanks as one space, none at the ends and
    /// around the colon.</summary>
    public static void Write(ArrayBufferWriter<byte> output, Canonicalization kind, ReadOnlySpan<byte> field, bool withLineEnd)
    {
        if (field.EndsWith("\r\n"u8)) field = field[..^2];
        if (kind == Canonicalization.Simple) output.Write(field);
        else WriteRelaxed(output, field);
        if (withLineEnd) output.Write("\r\n"u8);
    }

    private static void WriteRelaxed(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> field)
    {
        int colon = field.IndexOf((byte)':');
        Span<byte> to = output.GetSpan(field.Length + 1);
        int length = 0;
        foreach (byte b in field[..colon].TrimEnd(" \t"u8)) to[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        to[length++] = (byte)':';
        ReadOnlySpan<byte> value = field[(colon + 1)..];
        int start = length;
        bool blank = false;
        for (int i = 0; i < value.Length; i++)
        {
            byte b = value[i];
            if (b == '\r' && i + 1 < value.Length && value[i + 1] == '\n') i++;
            else if (b is (byte)' ' or (byte)'\t') blank = true;
            else
            {
                if (blank && length > start) to[length++] = (byte)' ';
                blank = false;
                to[length++] = b;
            }
        }
        output.Advance(length);
    }

    /// <summary>Writes a signature's field with the value of b= taken away, and without a line end (RFC 6376 3.7).</summary>
    public static void WriteWithoutSignature(ArrayBufferWriter<byte> output, Canonicalization kind, FieldBytes field)
    {
        ReadOnlySpan<byte> bytes = field.Bytes.Span;
        if (bytes.EndsWith("\r\n"u8)) bytes = bytes[..^2];
        (int start, int end) = SignatureValue(bytes);
        byte[] without = [.. bytes[..start], .. bytes[end..]];
        Write(output, kind, without, withLineEnd: false);
    }

    /// <summary>Where the value of b= is, the white space around it included.</summary>
    private static (int Start, int End) SignatureValue(ReadOnlySpan<byte> field)
    {
        for (int at = field.IndexOf((byte)':') + 1; at < field.Length;)
        {
            int length = field[at..].IndexOf((byte)';');
            if (length < 0) length = field.Length - at;
            ReadOnlySpan<byte> tag = field.Slice(at, length);
            int equals = tag.IndexOf((byte)'=');
            if (equals > 0 && tag[..equals].Trim(" \t\r\n"u8).SequenceEqual("b"u8)) return (at + equals + 1, at + length);
            at += length + 1;
        }
        return (field.Length, field.Length);
    }
}

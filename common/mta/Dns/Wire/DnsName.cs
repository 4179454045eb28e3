using System.Text;

namespace MtaSuite.Common.Dns.Wire;

/// <summary>
/// Names on the wire. RFC 1035 3.1: "each label is represented as a one octet length field followed by that number of octets", ended by a
/// zero octet; 4.1.4: a pointer "takes the form of a two octet sequence" 11OOOOOO OOOOOOOO, the offset of "a prior occurance of the same
/// name". 2.3.4: labels of 63 octets or less, names of 255 octets or less.
/// </summary>
internal static class DnsName
{
    public const int MaxLabel = 63, MaxWire = 255;

    /// <summary>
    /// Reads a name and moves behind it. A pointer must lead backwards from where its part of the name began, so that none leads in
    /// circles.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, out string name)
    {
        name = "";
        StringBuilder? text = null;
        int at = position, part = position, wire = 0;
        bool jumped = false;
        while (at < message.Length)
        {
            int length = message[at++];
            if (length == 0)
            {
                if (!jumped) position = at;
                name = text?.ToString() ?? "";
                return true;
            }
            if (length >= 0xC0)
            {
                if (at >= message.Length) return false;
                int target = (length & 0x3F) << 8 | message[at++];
                if (!jumped) position = at;
                if (target >= part) return false;
                jumped = true;
                at = part = target;
                continue;
            }
            wire += length + 1;
            // 01 and 10 are reserved; the final zero counts too
            if (length > MaxLabel || wire >= MaxWire || length > message.Length - at) return false;
            text ??= new StringBuilder(64);
            if (text.Length > 0) text.Append('.');
            AppendLabel(text, message.Slice(at, length));
            at += length;
        }
        return false;
    }

    /// <summary>Bytes that would be taken for something else are shown as \DDD (RFC 1035 5.1).</summary>
    private static void AppendLabel(StringBuilder text, ReadOnlySpan<byte> label)
    {
        foreach (byte b in label)
        {
            if (b is > 0x20 and < 0x7F and not (byte)'.' and not (byte)'\\') text.Append((char)b);
            else text.Append('\\').Append((char)('0' + b / 100)).Append((char)('0' + b / 10 % 10)).Append((char)('0' + b % 10));
        }
    }

    /// <summary>
    /// Writes a name as labels; returns the bytes written, 0 when it is none (empty label, too long, not ASCII). "" is the root.
    /// </summary>
    public static int Write(ReadOnlySpan<char> name, Span<byte> target)
    {
        int at = 0;
        foreach (Range range in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[range];
            if (name.IsEmpty) break;
            if (label.IsEmpty || label.Length > MaxLabel || at + label.Length + 2 > Math.Min(target.Length, MaxWire)
                || !Ascii.IsValid(label)) return 0;
            target[at++] = (byte)label.Length;
            Ascii.FromUtf16(label, target[at..], out int written);
            at += written;
        }
        if (at >= target.Length) return 0;
        target[at++] = 0;
        return at;
    }
}

using System.Buffers.Binary;
using System.Net;

namespace MtaSuite.Common.Dns.Wire;

/// <summary>Reads resource records. What RDATA says must fill it exactly: a length that lies makes the record malformed.</summary>
internal static class RecordReader
{
    /// <summary>What stands in front of RDATA.</summary>
    public readonly record struct Head(string Name, DnsType Type, ushort Class, uint Ttl)
    {
        /// <summary>RFC 2181 8: a TTL with the top bit set is zero.</summary>
        public TimeSpan Time => TimeSpan.FromSeconds(Ttl > int.MaxValue ? 0 : Ttl);
    }

    /// <summary>Reads one record and moves behind it; <paramref name="record"/> is null for types and classes of no interest.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, out Head head, out DnsRecord? record)
    {
        head = default;
        record = null;
        if (!DnsName.TryRead(message, ref position, out string name) || message.Length - position < 10) return false;
        ReadOnlySpan<byte> fixedPart = message.Slice(position, 10);
        int length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        head = new Head(name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]));
        position += 10;
        if (length > message.Length - position) return false;
        int start = position;
        position += length;
        return head.Class != DnsResponse.ClassInternet || TryReadData(message[..position], start, head, out record);
    }

    private static bool TryReadData(ReadOnlySpan<byte> message, int at, Head head, out DnsRecord? record)
    {
        ReadOnlySpan<byte> data = message[at..];
        record = head.Type switch
        {
            DnsType.A => data.Length == 4 ? new AddressRecord(head.Name, DnsType.A, head.Time, new IPAddress(data)) : null,
            DnsType.AAAA => data.Length == 16 ? new AddressRecord(head.Name, DnsType.AAAA, head.Time, new IPAddress(data)) : null,
            DnsType.NS or DnsType.CNAME or DnsType.PTR =>
                NameAt(message, at) is { } target ? new NameRecord(head.Name, head.Type, head.Time, target) : null,
            DnsType.MX => ReadMx(message, at, head),
            DnsType.SRV => ReadSrv(message, at, head),
            DnsType.TXT => ReadText(data) is { } text ? new TextRecord(head.Name, head.Time, text) : null,
            DnsType.TLSA => data.Length >= 3 ? new TlsaRecord(head.Name, head.Time, data[0], data[1], data[2], data[3..].ToArray()) : null,
            DnsType.SOA => ReadSoa(message, at, head),
            _ => null,
        };
        return record is not null || !IsKnown(head.Type);
    }

    private static bool IsKnown(DnsType type) =>
        type is DnsType.A or DnsType.AAAA or DnsType.NS or DnsType.CNAME or DnsType.PTR or DnsType.MX
        or DnsType.SRV or DnsType.TXT or DnsType.TLSA or DnsType.SOA;

    /// <summary>A name that ends where the data does.</summary>
    private static string? NameAt(ReadOnlySpan<byte> message, int at) =>
        at < message.Length && DnsName.TryRead(message, ref at, out string name) && at == message.Length ? name : null;

    /// <summary>PREFERENCE(16) EXCHANGE.</summary>
    private static MxRecord? ReadMx(ReadOnlySpan<byte> message, int at, Head head) =>
        message.Length - at > 2 && NameAt(message, at + 2) is { } exchange
            ? new MxRecord(head.Name, head.Time, BinaryPrimitives.ReadUInt16BigEndian(message[at..]), exchange) : null;

    /// <summary>Priority(16) Weight(16) Port(16) Target.</summary>
    private static SrvRecord? ReadSrv(ReadOnlySpan<byte> message, int at, Head head) =>
        message.Length - at > 6 && NameAt(message, at + 6) is { } target
            ? new SrvRecord(head.Name, head.Time, BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
                BinaryPrimitives.ReadUInt16BigEndian(message[(at + 4)..]), target) : null;

    /// <summary>One or more character-strings: a length octet and so many octets each.</summary>
    private static byte[]? ReadText(ReadOnlySpan<byte> data)
    {
        byte[] text = new byte[data.Length];
        int used = 0;
        while (!data.IsEmpty)
        {
            int length = data[0];
            if (length >= data.Length) return null;
            data.Slice(1, length).CopyTo(text.AsSpan(used));
            used += length;
            data = data[(length + 1)..];
        }
        return text[..used];
    }

    /// <summary>MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM, 32 bits each.</summary>
    private static SoaRecord? ReadSoa(ReadOnlySpan<byte> message, int at, Head head)
    {
        if (!DnsName.TryRead(message, ref at, out _) || !DnsName.TryRead(message, ref at, out _) || message.Length - at != 20) return null;
        uint minimum = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 16)..]);
        return new SoaRecord(head.Name, head.Time, TimeSpan.FromSeconds(minimum > int.MaxValue ? 0 : minimum));
    }
}

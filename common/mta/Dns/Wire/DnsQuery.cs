using System.Buffers.Binary;

namespace MtaSuite.Common.Dns.Wire;

/// <summary>Writes questions (RFC 1035 4.1, RFC 6891 6.1).</summary>
internal static class DnsQuery
{
    /// <summary>A size of answer that fits into one packet on all networks in use (DNS flag day 2020).</summary>
    public const int UdpPayload = 1232;

    /// <summary>Room for any question.</summary>
    public const int MaxLength = 12 + DnsName.MaxWire + 4 + 11;

    private const ushort RecursionDesired = 0x0100, AuthenticData = 0x0020, DnssecOk = 0x8000;

    /// <summary>
    /// Writes a message: header ID, flags, QDCOUNT 1, ANCOUNT 0, NSCOUNT 0, ARCOUNT; question QNAME QTYPE QCLASS; with EDNS an OPT record:
    /// root name, type 41, class = UDP payload size, TTL = extended RCODE, version, flags, no data. Returns its length, 0 for a name that
    /// cannot be asked for.
    /// </summary>
    /// <param name="dnssec">DO: send signatures if you must; AD: tell whether you validated (RFC 6840 5.7).</param>
    public static int Write(Span<byte> target, ushort id, string name, DnsType type, bool edns, bool dnssec)
    {
        target[..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(target, id);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)(RecursionDesired | (dnssec ? AuthenticData : 0)));
        target[5] = 1;
        target[11] = edns ? (byte)1 : (byte)0;
        int length = DnsName.Write(name, target[12..]);
        if (length == 0) return 0;
        int at = 12 + length;
        BinaryPrimitives.WriteUInt16BigEndian(target[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(target[(at + 2)..], DnsResponse.ClassInternet);
        at += 4;
        if (!edns) return at;
        Span<byte> opt = target.Slice(at, 11);
        opt.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)DnsType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(opt[3..], UdpPayload);
        if (dnssec) BinaryPrimitives.WriteUInt16BigEndian(opt[7..], DnssecOk);
        return at + 11;
    }
}

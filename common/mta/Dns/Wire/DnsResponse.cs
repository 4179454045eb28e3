using System.Buffers.Binary;

namespace MtaSuite.Common.Dns.Wire;

/// <summary>RCODEs (RFC 1035 4.1.1) that matter to a stub resolver.</summary>
internal enum DnsRcode : ushort
{
    NoError = 0, FormatError = 1, ServerFailure = 2, NameError = 3, NotImplemented = 4, Refused = 5,
    BadVersion = 16
}

/// <summary>
/// A server's message, read. Header (RFC 1035 4.1.1): ID; QR Opcode(4) AA TC RD RA Z AD CD RCODE(4); QDCOUNT ANCOUNT NSCOUNT ARCOUNT, 16
/// bits each. Resource record (4.1.3): NAME, TYPE(16), CLASS(16), TTL(32), RDLENGTH(16), RDATA.
/// </summary>
internal sealed class DnsResponse
{
    public const ushort ClassInternet = 1;
    internal const int HeaderLength = 12;
    private const int MaxAnswers = 1000;

    public ushort Id { get; private init; }
    public bool IsTruncated { get; private init; }
    /// <summary>AD: the server validated everything in answer and authority.</summary>
    public bool IsAuthenticated { get; private init; }
    public DnsRcode Rcode { get; private set; }
    public string QuestionName { get; private init; } = "";
    public DnsType QuestionType { get; private init; }

    /// <summary>Records of known types, in the server's order.</summary>
    public List<DnsRecord> Answers { get; } = [];

    /// <summary>From the authority section of a negative answer (RFC 2308 3).</summary>
    public SoaRecord? Soa { get; private set; }

    /// <summary>
    /// Header and question: null where they are no answer to a question of class IN. A server that cannot even read the question may leave
    /// it out (QDCOUNT 0): then the name is null, and the ID is all that connects it.
    /// </summary>
    public static DnsResponse? ReadHead(ReadOnlySpan<byte> message, out int position, out bool hasQuestion)
    {
        position = HeaderLength;
        hasQuestion = false;
        if (message.Length < HeaderLength) return null;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        bool isAnswer = (flags & 0x8000) != 0 && (flags & 0x7800) == 0;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if (!isAnswer || questions > 1) return null;
        string name = "";
        ushort type = 0;
        hasQuestion = questions == 1;
        if (hasQuestion)
        {
            if (!DnsName.TryRead(message, ref position, out name) || message.Length - position < 4) return null;
            type = BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(message[(position + 2)..]) != ClassInternet) return null;
            position += 4;
        }
        return new DnsResponse
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            IsTruncated = (flags & 0x0200) != 0,
            IsAuthenticated = (flags & 0x0020) != 0,
            Rcode = (DnsRcode)(flags & 15),
            QuestionName = name,
            QuestionType = (DnsType)type,
        };
    }

    /// <summary>Reads the records behind the question. False when any is malformed: nothing in the message can be relied on then.</summary>
    public bool TryReadRecords(ReadOnlySpan<byte> message, int position)
    {
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int authority = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        int additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        for (int i = 0; i < answers + authority + additional; i++)
        {
            if (!RecordReader.TryRead(message, ref position, out RecordReader.Head head, out DnsRecord? record)) return false;
            if (i >= answers + authority) Additional(head);
            else if (record is null) continue;
            else if (i >= answers) Soa ??= record as SoaRecord;
            else if (Answers.Count < MaxAnswers) Answers.Add(record);
        }
        return true;
    }

    /// <summary>The upper bits of RCODE stand in the OPT record's TTL (RFC 6891 6.1.3).</summary>
    private void Additional(RecordReader.Head head)
    {
        if (head.Type == DnsType.OPT) Rcode = (DnsRcode)((head.Ttl >> 24 & 0xFF) << 4 | (uint)Rcode & 15);
    }
}

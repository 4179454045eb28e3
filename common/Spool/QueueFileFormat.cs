using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The grammar of a queue file (docs/QUEUE_FILE.md):
/// <code>
/// file      = magic sizes envelope LF content
/// magic     = "MTASUITE 2" LF
/// sizes     = offset(10 digits) SP length(15 digits) SP recipients(8 digits) SP records(8 hex) SP head(8 hex) LF
///             of the content; length 15 spaces while unfinished; checksums of the envelope's records and of what stands before it
/// envelope  = *( letter SP value LF )
/// </code>
/// A recipient's record starts with 'R', which becomes 'r' in place when it is done, or 'u' when it is done but for the delivery's way to stable storage: while the
/// journal has a record of the message, that outlives the wait; when it has none any more, the wait is over. The
/// W record becomes 'w' when the sender was told of a delay, the K record 'k' when the first attempt was reported. Records O, D and Q belong to the R that follows.
/// In values backslash, LF, CR and NUL are written as \\ \n \r \0.
/// </summary>
public static partial class QueueFileFormat
{
    public const byte Pending = (byte)'R', Done = (byte)'r', Unsynced = (byte)'u';
    /// <summary>What the letter of the W record becomes when the sender was told of a delay.</summary>
    public const byte Warned = (byte)'w';
    /// <summary>What the letter of the K record becomes when the first attempt was reported.</summary>
    public const byte Traced = (byte)'k';
    /// <summary>A record that only takes up room.</summary>
    private const char Filler = '#';
    /// <summary>Bytes of the magic and sizes lines.</summary>
    public const int HeadSize = OldHeadSize + 8 + 1 + 8 + 1;
    /// <summary>The same in files of the first version, which have no checksums.</summary>
    private const int OldHeadSize = 11 + 10 + 1 + 15 + 1 + 8 + 1;
    private const int RecordsChecksumAt = OldHeadSize, HeadChecksumAt = RecordsChecksumAt + 9;
    /// <summary>An envelope larger than this is not believed.</summary>
    public const int MaxEnvelope = 64 * 1024 * 1024;
    private static ReadOnlySpan<byte> Magic => "MTASUITE 2\n"u8;
    private static ReadOnlySpan<byte> OldMagic => "MTASUITE 1\n"u8;

    /// <summary>
    /// Writes an envelope behind a head that says "unfinished" (<see cref="WriteHead"/> replaces it once the sizes are known) and sets the recipients' offsets.
    /// Returns the content's offset in the file.
    /// </summary>
    /// <param name="room">Bytes of filler to leave for <see cref="TryRewrite"/>; 0 or at least 3.</param>
    public static int Write(ArrayBufferWriter<byte> output, Envelope e, int room = 0)
    {
        int start = output.WrittenCount;
        WriteRecords(output, e, start, 0);
        return End(output, e, start, room);
    }

    /// <summary>
    /// Writes an envelope that was changed after its content had begun, to the same length as before, in an empty buffer: what it grew by comes out of the filler.
    /// False when that is not enough.
    /// </summary>
    public static bool TryRewrite(ArrayBufferWriter<byte> output, Envelope e, int contentOffset)
    {
        // a filler has at least three bytes; where one or two are left over, the value of the W record, which means nothing, takes them
        for (int stretch = 0; stretch < 3; stretch++)
        {
            output.ResetWrittenCount();
            WriteRecords(output, e, 0, stretch);
            int room = contentOffset - output.WrittenCount - 1;
            if (room < 0) return false;
            if (room is 1 or 2) continue;
            return End(output, e, 0, room) == contentOffset;
        }
        return false;
    }

    private static int End(ArrayBufferWriter<byte> output, Envelope e, int start, int room)
    {
        if (room > 0) Record(output, Filler, new string(' ', room - 3));
        output.Write("\n"u8);
        int offset = output.WrittenCount - start;
        Span<byte> file = System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..];
        e.RecordsChecksum = RecordsChecksum(file, HeadSize, offset);
        WriteHead(file, offset, -1, e.Recipients.Count, e.RecordsChecksum);
        return offset;
    }

    private static void WriteRecords(ArrayBufferWriter<byte> output, Envelope e, int start, int stretch)
    {
        output.GetSpan(HeadSize);
        output.Advance(HeadSize);
        Record(output, 'T', e.ArrivalMicroseconds.ToString(CultureInfo.InvariantCulture));
        Record(output, 'S', e.Sender);
        Optional(output, 'E', e.FullName);
        MessageFlags flags = e.Flags & ~MessageFlags.Trace; // has a record of its own, because it ends with the first attempt
        if (flags != 0) Record(output, 'F', ((uint)flags).ToString(CultureInfo.InvariantCulture));
        Optional(output, 'I', e.EnvelopeId);
        if (e.Return != 0) Record(output, 'Y', e.Return == DsnReturn.Full ? "FULL" : "HDRS");
        if (e.Body != 0) Record(output, 'B', e.Body == BodyType.SevenBit ? "7BIT" : "8BITMIME");
        if (e.SmtpUtf8) Record(output, 'U', "1");
        Optional(output, 'G', e.Origin);
        Optional(output, 'C', e.ClientName);
        Optional(output, 'A', e.ClientAddress);
        Optional(output, 'P', e.ClientPort);
        Optional(output, 'H', e.ClientHelo);
        Optional(output, 'L', e.ClientProtocol);
        Optional(output, 'M', e.SaslMethod);
        Optional(output, 'N', e.SaslLogin);
        Optional(output, 'J', e.SaslSender);
        Optional(output, 'X', e.Filter);
        Optional(output, 'Z', e.Redirect);
        Optional(output, 'V', e.VerpDelimiters);
        e.TraceOffset = 0;
        if ((e.Flags & MessageFlags.Trace) != 0)
        {
            e.TraceOffset = output.WrittenCount - start;
            Record(output, 'K', "1");
        }
        e.WarningOffset = output.WrittenCount - start;
        Record(output, e.Warned ? 'w' : 'W', stretch == 0 ? "1" : new string('1', 1 + stretch));
        foreach (EnvelopeRecipient r in e.Recipients)
        {
            Optional(output, 'O', r.Original);
            Optional(output, 'D', r.DsnOriginal);
            if (r.Notify != 0) Record(output, 'Q', ((int)r.Notify).ToString(CultureInfo.InvariantCulture));
            r.Offset = output.WrittenCount - start;
            Record(output, r.Done ? 'r' : 'R', r.Address);
        }
    }

    /// <summary>Writes the magic and sizes lines; a length of -1 marks the file as unfinished.</summary>
    /// <param name="checksum">Of the records (<see cref="Envelope.RecordsChecksum"/>); null: computed, where the records are there behind
    /// the head.</param>
    public static void WriteHead(Span<byte> head, long contentOffset, long contentLength, int recipients, uint? checksum = null)
    {
        if (checksum == null && head.Length >= contentOffset) checksum = RecordsChecksum(head, HeadSize, (int)contentOffset);
        Magic.CopyTo(head);
        head[Magic.Length..HeadSize].Fill((byte)' ');
        Utf8Formatter.TryFormat(contentOffset, head.Slice(11, 10), out _, new StandardFormat('D', 10));
        if (contentLength >= 0) Utf8Formatter.TryFormat(contentLength, head.Slice(22, 15), out _, new StandardFormat('D', 15));
        Utf8Formatter.TryFormat(recipients, head.Slice(38, 8), out _, new StandardFormat('D', 8));
        if (checksum is { } records) Utf8Formatter.TryFormat(records, head.Slice(RecordsChecksumAt, 8), out _, new StandardFormat('x', 8));
        Utf8Formatter.TryFormat(JournalFormat.Crc(0, head[..HeadChecksumAt]), head.Slice(HeadChecksumAt, 8),
            out _, new StandardFormat('x', 8));
        head[HeadSize - 1] = (byte)'\n';
    }

    /// <summary>Bytes of a file's head, by its version; 0 when it is none of ours.</summary>
    public static int HeadSizeOf(ReadOnlySpan<byte> file) =>
        file.StartsWith(Magic) ? HeadSize : file.StartsWith(OldMagic) ? OldHeadSize : 0;

    /// <summary>The checksum of an envelope's records, without the marks that letters become later.</summary>
    private static uint RecordsChecksum(ReadOnlySpan<byte> file, int start, int end)
    {
        uint crc = 0;
        Span<byte> letter = stackalloc byte[1];
        for (int at = start, length; at < end; at += length)
        {
            length = file[at..end].IndexOf((byte)'\n') + 1;
            if (length == 0) length = end - at;
            letter[0] = file[at] switch { Done or Unsynced => Pending, Warned => (byte)'W', Traced => (byte)'K', byte other => other };
            crc = JournalFormat.Crc(JournalFormat.Crc(crc, letter), file.Slice(at + 1, length - 1));
        }
        return crc;
    }

    /// <summary>The records are those that were written. A file without a checksum is believed.</summary>
    private static bool HasItsRecords(ReadOnlySpan<byte> file, int contentOffset, Envelope? e)
    {
        if (HeadSizeOf(file) != HeadSize || file[RecordsChecksumAt] == ' ') return true;
        uint checksum = RecordsChecksum(file, HeadSize, contentOffset);
        if (e != null) e.RecordsChecksum = checksum;
        return TryHex(file.Slice(RecordsChecksumAt, 8), out uint said) && said == checksum;
    }

    /// <summary>Head and records of a file in memory are as they were written, but for the marks.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> file) =>
        TryReadHead(file, out int offset, out _, out _) && offset <= file.Length && HasItsRecords(file, offset, null);

    private static bool TryHex(ReadOnlySpan<byte> digits, out uint value) =>
        Utf8Parser.TryParse(digits, out value, out int used, 'x') && used == digits.Length;

    /// <summary>Reads the head; false when it is none of ours. A length of -1 means that the file was never finished.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, out int contentOffset, out long contentLength, out int recipients)
    {
        contentOffset = recipients = 0;
        contentLength = -1;
        int size = HeadSizeOf(head);
        if (size == 0 || head.Length < size || head[size - 1] != '\n' || head[21] != ' ' || head[37] != ' ') return false;
        if (size == HeadSize && (head[OldHeadSize - 1] != ' ' || head[HeadChecksumAt - 1] != ' '
            || !TryHex(head.Slice(HeadChecksumAt, 8), out uint said)
            || said != JournalFormat.Crc(0, head[..HeadChecksumAt]))) return false;
        if (!Whole(head.Slice(11, 10), out long offset) || offset < size || offset > MaxEnvelope) return false;
        if (!Whole(head.Slice(38, 8), out long count)) return false;
        if (head.Slice(22, 15).IndexOfAnyExcept((byte)' ') >= 0 && !Whole(head.Slice(22, 15), out contentLength)) return false;
        (contentOffset, recipients) = ((int)offset, (int)count);
        return true;
    }

    /// <summary>The letter of a recipient's record says that there is nothing more to do.</summary>
    public static bool IsDone(byte letter) => letter is Done or Unsynced;

    private static bool Whole(ReadOnlySpan<byte> digits, out long value) =>
        Utf8Parser.TryParse(digits, out value, out int used) && used == digits.Length && value >= 0;

    /// <summary>
    /// Reads the envelope's records, everything before the content. False when a line is no record, a recipient count differs from
    /// <paramref name="recipients"/>, arrival time or sender is missing, or the checksum is another. Unknown letters are passed over.
    /// </summary>
    public static bool TryReadEnvelope(ReadOnlySpan<byte> file, int contentOffset, int recipients, Envelope e)
    {
        bool time = false, sender = false;
        EnvelopeRecipient next = new();
        int at = HeadSizeOf(file) is > 0 and var size ? size : HeadSize;
        while (at < contentOffset)
        {
            int length = file[at..contentOffset].IndexOf((byte)'\n');
            if (length < 0) return false;
            if (length == 0) return at + 1 == contentOffset && time && sender && e.Recipients.Count == recipients
                && HasItsRecords(file, contentOffset, e);
            ReadOnlySpan<byte> line = file.Slice(at, length);
            if (length < 2 || line[1] != ' ' || !TryUnescape(line[2..], out string value)) return false;
            switch ((char)line[0])
            {
                case 'R' or 'r' or 'u':
                    next.Address = value;
                    next.Done = IsDone(line[0]);
                    e.Unsynced |= line[0] == Unsynced;
                    next.Offset = at;
                    e.Recipients.Add(next);
                    next = new EnvelopeRecipient();
                    break;
                case 'W' or 'w': (e.Warned, e.WarningOffset) = (line[0] == 'w', at); break;
                case 'K':
                    e.Flags |= MessageFlags.Trace;
                    e.TraceOffset = at;
                    break;
                case 'O' or 'D' or 'Q': SetRecipient(next, (char)line[0], value); break;
                case 'T': time = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out e.ArrivalMicroseconds); break;
                case 'S': (e.Sender, sender) = (value, true); break;
                default: SetFact(e, (char)line[0], value); break;
            }
            at += length + 1;
        }
        return false;
    }

    private static void SetFact(Envelope e, char letter, string value)
    {
        switch (letter)
        {
            case 'F': e.Flags |= (MessageFlags)Number(value); break;
            case 'V': e.VerpDelimiters = value; break;
            case 'E': e.FullName = value; break;
            case 'I': e.EnvelopeId = value; break;
            case 'Y': e.Return = value == "FULL" ? DsnReturn.Full : DsnReturn.Headers; break;
            case 'B': e.Body = value == "7BIT" ? BodyType.SevenBit : BodyType.EightBitMime; break;
            case 'U': e.SmtpUtf8 = value == "1"; break;
            case 'G': e.Origin = value; break;
            case 'C': e.ClientName = value; break;
            case 'A': e.ClientAddress = value; break;
            case 'P': e.ClientPort = value; break;
            case 'H': e.ClientHelo = value; break;
            case 'L': e.ClientProtocol = value; break;
            case 'M': e.SaslMethod = value; break;
            case 'N': e.SaslLogin = value; break;
            case 'J': e.SaslSender = value; break;
            case 'X': e.Filter = value; break;
            case 'Z': e.Redirect = value; break;
            default: break;
        }
    }

    private static uint Number(string value) => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint n) ? n : 0;

    private static void Optional(ArrayBufferWriter<byte> output, char letter, string value)
    {
        if (value.Length > 0) Record(output, letter, value);
    }

    private static void Record(ArrayBufferWriter<byte> output, char letter, string value)
    {
        if (value.AsSpan().IndexOfAny("\\\n\r\0") >= 0)
            value = value.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\0", "\\0");
        Span<byte> span = output.GetSpan(3 + Encoding.UTF8.GetMaxByteCount(value.Length));
        span[0] = (byte)letter;
        span[1] = (byte)' ';
        int n = Encoding.UTF8.GetBytes(value, span[2..]);
        span[2 + n] = (byte)'\n';
        output.Advance(3 + n);
    }

    private static bool TryUnescape(ReadOnlySpan<byte> bytes, out string value)
    {
        value = "";
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        value = Encoding.UTF8.GetString(bytes);
        if (!value.Contains('\\')) return true;
        StringBuilder result = new(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
            {
                result.Append(value[i]);
                continue;
            }
            if (++i == value.Length) return false;
            char? c = value[i] switch { '\\' => '\\', 'n' => '\n', 'r' => '\r', '0' => '\0', _ => null };
            if (c == null) return false;
            result.Append(c.Value);
        }
        value = result.ToString();
        return true;
    }
}

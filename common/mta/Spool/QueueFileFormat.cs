using System.Buffers;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The grammar of a queue file (docs/QUEUE_FILE.md):
/// <code>
/// file      = head 3*segment                      head: see QueueFileHead, which says where the segments are: envelope, header, body
/// envelope  = *( letter SP value LF ) LF
/// header    = *( header-field LF ) LF             RFC 5322, lines end in LF
/// </code>
/// A recipient's record starts with 'R', which becomes 'r' in place when it is done, or 'u' when it is done but for the delivery's way to
/// stable storage: while the journal has a record of the message, that outlives the wait; when it has none any more, the wait is over. The
/// W record becomes 'w' when the sender was told of a delay, the K record 'k' when the first attempt was reported. Records O, D and Q
/// belong to the R that follows. In values backslash, LF, CR and NUL are written as \\ \n \r \0.
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
    /// <summary>An envelope larger than this is taken for damage.</summary>
    public const int MaxEnvelope = 64 * 1024 * 1024;

    /// <summary>The letter that a record had when its file was written, before it was marked.</summary>
    internal static byte LetterAsWritten(byte letter) => letter switch
    {
        Done or Unsynced => Pending,
        Warned => (byte)'W',
        Traced => (byte)'K',
        _ => letter,
    };

    /// <summary>
    /// Writes an unfinished head and an envelope behind it, as a file begins, and sets the recipients' offsets. Returns the number of
    /// bytes, which is where the content can start. <see cref="QueueFileHead.Write"/> replaces the head once the sizes are known.
    /// </summary>
    /// <param name="room">As for <see cref="WriteEnvelope"/>.</param>
    public static int Write(ArrayBufferWriter<byte> output, Envelope e, int room = 0)
    {
        QueueFileHead.WriteUnfinished(output.GetSpan(QueueFileHead.Size));
        output.Advance(QueueFileHead.Size);
        return QueueFileHead.Size + WriteEnvelope(output, e, QueueFileHead.Size, room);
    }

    /// <summary>Writes an envelope segment and sets the recipients' offsets. Returns its bytes.</summary>
    /// <param name="at">Where it will stand in the file.</param>
    /// <param name="room">Bytes of filler to leave for <see cref="TryWriteEnvelope"/>; 0 or at least 3.</param>
    public static int WriteEnvelope(ArrayBufferWriter<byte> output, Envelope e, long at, int room = 0)
    {
        int start = output.WrittenCount;
        WriteRecords(output, e, at - start, 0);
        if (room > 0) Record(output, Filler, new string(' ', room - 3));
        output.Write("\n"u8);
        return output.WrittenCount - start;
    }

    /// <summary>
    /// Writes an envelope segment of exactly so many bytes into an empty buffer: what it is shorter by is made up with records that mean
    /// nothing. False when it is longer.
    /// </summary>
    /// <param name="at">Where it will stand in the file.</param>
    public static bool TryWriteEnvelope(ArrayBufferWriter<byte> output, Envelope e, long at, int length)
    {
        // a filler has at least three bytes; where one or two are left over, the value of the W record, which means nothing, takes them
        for (int stretch = 0; stretch < 3; stretch++)
        {
            output.ResetWrittenCount();
            WriteRecords(output, e, at, stretch);
            int room = length - output.WrittenCount - 1;
            if (room < 0) return false;
            if (room is 1 or 2) continue;
            if (room > 0) Record(output, Filler, new string(' ', room - 3));
            output.Write("\n"u8);
            return true;
        }
        return false;
    }

    /// <summary>
    /// Finishes the head of a file that <see cref="Write"/> began, whose content stands behind the envelope in one piece.
    /// </summary>
    /// <param name="file">The file's beginning, the envelope and all.</param>
    /// <param name="contentOffset">What <see cref="Write"/> gave.</param>
    public static void Finish(Span<byte> file, int contentOffset, long contentLength, int recipients) =>
        new QueueFileHead(QueueFileHead.Size, contentOffset - QueueFileHead.Size, ContentSegments.InOnePiece(contentOffset, contentLength),
        recipients)
            .Write(file, QueueFileHead.EnvelopeChecksum(file[QueueFileHead.Size..contentOffset]));

    /// <param name="shift">What is to be added to a place in the buffer for the place in the file.</param>
    private static void WriteRecords(ArrayBufferWriter<byte> output, Envelope e, long shift, int stretch)
    {
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
            e.TraceOffset = output.WrittenCount + shift;
            Record(output, 'K', "1");
        }
        e.WarningOffset = output.WrittenCount + shift;
        Record(output, e.Warned ? 'w' : 'W', stretch == 0 ? "1" : new string('1', 1 + stretch));
        foreach (EnvelopeRecipient r in e.Recipients)
        {
            Optional(output, 'O', r.Original);
            Optional(output, 'D', r.DsnOriginal);
            if (r.Notify != 0) Record(output, 'Q', ((int)r.Notify).ToString(CultureInfo.InvariantCulture));
            r.Offset = output.WrittenCount + shift;
            Record(output, r.Done ? 'r' : 'R', r.Address);
        }
    }

    /// <summary>The letter of a recipient's record says that there is nothing more to do.</summary>
    public static bool IsDone(byte letter) => letter is Done or Unsynced;

    /// <summary>
    /// Reads the records of an envelope. False when it is not what was written (<see cref="QueueFileHead.Matches"/>), a line is no record,
    /// the recipients are not as many as the head says, or arrival time or sender is missing. Unknown letters are passed over.
    /// </summary>
    /// <param name="envelope">The segment.</param>
    public static bool TryReadEnvelope(ReadOnlySpan<byte> envelope, in QueueFileHead head, Envelope e)
    {
        if (!head.Matches(envelope)) return false;
        bool time = false, sender = false;
        EnvelopeRecipient next = new();
        for (int at = 0, length; (length = envelope[at..].IndexOf((byte)'\n')) >= 0; at += length + 1)
        {
            if (length == 0)
                return at + 1 == envelope.Length && time && sender && (e.Recipients.Count == head.Recipients || head.IsUnfinished);
            ReadOnlySpan<byte> line = envelope.Slice(at, length);
            if (length < 2 || line[1] != ' ' || !TryUnescape(line[2..], out string value)) return false;
            long place = head.EnvelopeOffset + at;
            switch ((char)line[0])
            {
                case 'R' or 'r' or 'u':
                    next.Address = value;
                    next.Done = IsDone(line[0]);
                    e.Unsynced |= line[0] == Unsynced;
                    next.Offset = place;
                    e.Recipients.Add(next);
                    next = new EnvelopeRecipient();
                    break;
                case 'W' or 'w': (e.Warned, e.WarningOffset) = (line[0] == 'w', place); break;
                case 'K':
                    e.Flags |= MessageFlags.Trace;
                    e.TraceOffset = place;
                    break;
                case 'O' or 'D' or 'Q': SetRecipient(next, (char)line[0], value); break;
                case 'T': time = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out e.ArrivalMicroseconds); break;
                case 'S': (e.Sender, sender) = (value, true); break;
                default: SetFact(e, (char)line[0], value); break;
            }
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

using System.Buffers;
using System.Buffers.Text;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The first two lines of a queue file, of a fixed length: what the file is, and where its segments are.
/// <code>
/// head      = "MTASUITE 2" LF sizes LF
/// sizes     = envelope SP header SP body SP recipients SP content-of-envelope SP check / 97SP      spaces while the file is being written
/// envelope  = header = 12DIGIT SP 8DIGIT         offset and length of the segment, bytes
/// body      = 12DIGIT SP 12DIGIT
/// recipients = 8DIGIT
/// content-of-envelope = 8HEXDIG                  CRC-32C of the envelope as it was written
/// check     = 8HEXDIG                            CRC-32C of what stands before it in sizes
/// </code>
/// Version 1, which earlier releases wrote and which is still read, has the envelope behind the head, the content behind the envelope, and
/// no checksum:
/// <code>
/// head      = "MTASUITE 1" LF offset(10 digits) SP length(15 digits, or spaces) SP recipients(8 digits) LF
/// </code>
/// </summary>
/// <param name="EnvelopeOffset">Where the envelope starts.</param>
/// <param name="EnvelopeLength">Its bytes, with the empty line that ends it.</param>
/// <param name="Recipients">The number of recipient records, done or not.</param>
public readonly record struct QueueFileHead(long EnvelopeOffset, int EnvelopeLength, ContentSegments Content, int Recipients)
{
    /// <summary>Bytes of the head, of either version.</summary>
    public const int Size = 11 + SizesLength + 1, OldSize = 11 + 10 + 1 + 15 + 1 + 8 + 1;
    private const int SizesLength = CheckAt + 8, CheckAt = 12 + 1 + 8 + 1 + 12 + 1 + 8 + 1 + 12 + 1 + 12 + 1 + 8 + 1 + 8 + 1;
    private const int MagicLength = 11;

    /// <summary>The file's writer has not finished it: the sizes are not known.</summary>
    public bool IsUnfinished { get; private init; }

    /// <summary>The file is of the first version, which has no checksum.</summary>
    public bool IsOld { get; private init; }

    /// <summary>The envelope's checksum; means nothing in a file of the first version.</summary>
    public uint Checksum { get; init; }

    /// <summary>The smallest file that has all segments, bytes.</summary>
    public long End => Math.Max(EnvelopeOffset + EnvelopeLength, Content.End);

    private static ReadOnlySpan<byte> Magic => "MTASUITE 2\n"u8;

    private static ReadOnlySpan<byte> OldMagic => "MTASUITE 1\n"u8;

    /// <summary>Writes a head that says "unfinished".</summary>
    /// <param name="head"><see cref="Size"/> bytes.</param>
    public static void WriteUnfinished(Span<byte> head)
    {
        Magic.CopyTo(head);
        head[MagicLength..Size].Fill((byte)' ');
        head[Size - 1] = (byte)'\n';
    }

    /// <summary>Writes the head of a finished file.</summary>
    /// <param name="head"><see cref="Size"/> bytes.</param>
    /// <param name="checksum">What <see cref="EnvelopeChecksum"/> gives for the envelope.</param>
    public void Write(Span<byte> head, uint checksum)
    {
        WriteUnfinished(head);
        Span<byte> sizes = head[MagicLength..];
        int at = 0;
        Put(sizes, ref at, EnvelopeOffset, 12);
        Put(sizes, ref at, EnvelopeLength, 8);
        Put(sizes, ref at, Content.HeaderOffset, 12);
        Put(sizes, ref at, Content.HeaderLength, 8);
        Put(sizes, ref at, Content.BodyOffset, 12);
        Put(sizes, ref at, Content.BodyLength, 12);
        Put(sizes, ref at, Recipients, 8);
        PutHex(sizes, ref at, checksum);
        PutHex(sizes, ref at, Crc32C.Add(0, sizes[..CheckAt]));
    }

    private static void PutHex(Span<byte> sizes, ref int at, uint value)
    {
        Utf8Formatter.TryFormat(value, sizes.Slice(at, 8), out _, new StandardFormat('x', 8));
        at += 9;
    }

    private static void Put(Span<byte> sizes, ref int at, long value, byte digits)
    {
        Utf8Formatter.TryFormat(value, sizes.Slice(at, digits), out _, new StandardFormat('D', digits));
        at += digits + 1;
    }

    /// <summary>Reads a head of either version; false when it is none, or says what cannot be.</summary>
    /// <param name="file">The beginning of the file.</param>
    public static bool TryRead(ReadOnlySpan<byte> file, out QueueFileHead head)
    {
        head = default;
        if (file.StartsWith(OldMagic)) return TryReadOld(file, out head);
        if (file.Length < Size || !file.StartsWith(Magic) || file[Size - 1] != '\n') return false;
        ReadOnlySpan<byte> sizes = file[MagicLength..(Size - 1)];
        if (sizes.IndexOfAnyExcept((byte)' ') < 0)
        {
            head = new QueueFileHead(Size, 0, default, 0) { IsUnfinished = true };
            return true;
        }
        int at = 0;
        if (!Take(sizes, ref at, 12, out long envelope) || !Take(sizes, ref at, 8, out long envelopeLength)
            || !Take(sizes, ref at, 12, out long header) || !Take(sizes, ref at, 8, out long headerLength)
            || !Take(sizes, ref at, 12, out long body) || !Take(sizes, ref at, 12, out long bodyLength)
            || !Take(sizes, ref at, 8, out long recipients)
            || !TakeHex(sizes, ref at, out uint checksum) || !TakeHex(sizes, ref at, out uint check)
            || check != Crc32C.Add(0, sizes[..CheckAt])) return false;
        if (envelope < Size || envelopeLength is 0 or > QueueFileFormat.MaxEnvelope || header < Size || body < Size) return false;
        head = new QueueFileHead(envelope, (int)envelopeLength, new ContentSegments(header, headerLength, body, bodyLength),
            (int)recipients)
        {
            Checksum = checksum,
        };
        return true;
    }

    private static bool Take(ReadOnlySpan<byte> sizes, ref int at, int digits, out long value)
    {
        bool ok = Utf8Parser.TryParse(sizes.Slice(at, digits), out value, out int used) && used == digits && value >= 0
            && sizes[at + digits] == ' ';
        at += digits + 1;
        return ok;
    }

    private static bool TakeHex(ReadOnlySpan<byte> sizes, ref int at, out uint value)
    {
        ReadOnlySpan<byte> digits = sizes.Slice(at, 8);
        bool ok = Utf8Parser.TryParse(digits, out value, out int used, 'x') && used == 8
            && !digits.ContainsAnyInRange((byte)'A', (byte)'F');
        at += 9;
        return ok;
    }

    private static bool TryReadOld(ReadOnlySpan<byte> file, out QueueFileHead head)
    {
        head = default;
        if (file.Length < OldSize || file[OldSize - 1] != '\n' || file[21] != ' ' || file[37] != ' ') return false;
        if (!Whole(file.Slice(11, 10), out long offset) || offset <= OldSize || offset > QueueFileFormat.MaxEnvelope) return false;
        if (!Whole(file.Slice(38, 8), out long count)) return false;
        ReadOnlySpan<byte> digits = file.Slice(22, 15);
        bool unfinished = digits.IndexOfAnyExcept((byte)' ') < 0;
        long length = 0;
        if (!unfinished && !Whole(digits, out length)) return false;
        head = new QueueFileHead(OldSize, (int)offset - OldSize, ContentSegments.InOnePiece(offset, length), (int)count)
        {
            IsOld = true,
            IsUnfinished = unfinished
        };
        return true;
    }

    private static bool Whole(ReadOnlySpan<byte> digits, out long value) =>
        Utf8Parser.TryParse(digits, out value, out int used) && used == digits.Length && value >= 0;

    /// <summary>The envelope is as it was written, but for the marks of recipients and notices.</summary>
    public bool Matches(ReadOnlySpan<byte> envelope) => IsOld || IsUnfinished || EnvelopeChecksum(envelope) == Checksum;

    /// <summary>The checksum of an envelope. The letters that change in a finished file count as those that were written.</summary>
    public static uint EnvelopeChecksum(ReadOnlySpan<byte> envelope)
    {
        Span<byte> letter = stackalloc byte[1];
        uint crc = 0;
        while (!envelope.IsEmpty)
        {
            letter[0] = QueueFileFormat.LetterAsWritten(envelope[0]);
            crc = Crc32C.Add(crc, letter);
            int end = envelope[1..].IndexOf((byte)'\n') + 1;
            // the empty line, and what stands behind it in a damaged file
            if (envelope[0] == '\n' || end == 0) end = envelope.Length - 1;
            crc = Crc32C.Add(crc, envelope.Slice(1, end));
            envelope = envelope[(end + 1)..];
        }
        return crc;
    }
}

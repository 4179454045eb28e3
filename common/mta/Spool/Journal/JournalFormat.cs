using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Spool.Journal;

/// <summary>
/// The grammar of a journal segment, a file of fixed size (docs/QUEUE_FILE.md). All numbers little-endian:
/// <code>
/// segment    = head *record                            the head takes up the first 4096 bytes
/// head       = "MTAJRNL1" generation boot crc closing  8, 8, 16, 4 and 1 bytes; crc of what stands before it
/// record     = length crc generation id folder NUL image
///              4      4   8          14 1      1   length
/// closing    = 0 / 1                                   1: the records are about to be discarded; nothing new may rely on them
/// folder     = "i" / "h"                               incoming or hold
/// image      = the queue file, whole
/// </code>
/// The crc (Castagnoli) of a record covers everything behind it. Records end where one is no record of the head's generation: that is what
/// remains of earlier use, or of a write that did not get done.
/// </summary>
public static class JournalFormat
{
    /// <summary>Bytes of the head, and of what stands before a record's image.</summary>
    public const int HeadSize = 4096, RecordHead = 32;
    /// <summary>Bytes of the head that <see cref="IsOpen"/> needs, and where in them the byte "closing" stands.</summary>
    public const int OpenHead = 37, ClosingAt = 36;
    private const int HeadBytes = 36;
    private static ReadOnlySpan<byte> Magic => "MTAJRNL1"u8;

    /// <summary>Writes a head.</summary>
    /// <param name="head">At least 36 bytes.</param>
    /// <param name="boot">What <see cref="BootId"/> gives.</param>
    public static void WriteHead(Span<byte> head, ulong generation, Guid boot)
    {
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], generation);
        boot.TryWriteBytes(head[16..32]);
        BinaryPrimitives.WriteUInt32LittleEndian(head[32..], Crc32C.Add(0, head[..32]));
    }

    /// <summary>Reads a head; false when it is none.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, out ulong generation, out Guid boot)
    {
        (generation, boot) = (0, Guid.Empty);
        if (head.Length < HeadBytes || !head.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(head[32..]) != Crc32C.Add(0, head[..32])) return false;
        generation = BinaryPrimitives.ReadUInt64LittleEndian(head[8..]);
        boot = new Guid(head[16..32]);
        return true;
    }

    /// <summary>The head is of this generation, and its records are not about to be discarded.</summary>
    public static bool IsOpen(ReadOnlySpan<byte> head, ulong generation) =>
        BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) == generation && head[ClosingAt] == 0;

    /// <summary>Writes what stands before an image.</summary>
    /// <param name="target">At least 32 bytes.</param>
    /// <param name="id">The queue id, 14 letters and digits.</param>
    /// <param name="held">The file lies in hold.</param>
    public static void WriteRecordHead(Span<byte> target, ulong generation, string id, bool held, ReadOnlySpan<byte> image)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, image.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], generation);
        Encoding.ASCII.GetBytes(id, target.Slice(16, QueueId.Length));
        target[30] = held ? (byte)'h' : (byte)'i';
        target[31] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Add(Crc32C.Add(0, target[8..RecordHead]), image));
    }

    /// <summary>Reads the record at the start of <paramref name="data"/>; false: there is none of this generation.</summary>
    /// <param name="length">Bytes of the whole record.</param>
    public static bool TryReadRecord(ReadOnlySpan<byte> data, ulong generation, out string id, out bool held, out int length)
    {
        (id, held, length) = ("", false, 0);
        if (data.Length < RecordHead) return false;
        int size = BinaryPrimitives.ReadInt32LittleEndian(data);
        if (size < 0 || size > data.Length - RecordHead || BinaryPrimitives.ReadUInt64LittleEndian(data[8..]) != generation) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) != Crc32C.Add(0, data.Slice(8, RecordHead - 8 + size))) return false;
        id = Encoding.ASCII.GetString(data.Slice(16, QueueId.Length));
        held = data[30] == 'h';
        length = RecordHead + size;
        return QueueId.IsValid(id) && data[30] is (byte)'i' or (byte)'h';
    }

    /// <summary>Names this run of the operating system's kernel: what was written in another one may not have reached the disk.</summary>
    public static Guid BootId() =>
        Config.ConfigFile.TryRead("/proc/sys/kernel/random/boot_id", out string text, out _)
        && Guid.TryParse(text, out Guid id) ? id : Guid.Empty;
}

using System.Text;
using MtaSuite.Common.Spool.Journal;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// A journal segment with changed bytes: only records that were written are read, in their order, with the image they were written with.
/// </summary>
public static class JournalFuzz
{
    private const int Count = 5, Stride = JournalFormat.RecordHead + 50;
    private const ulong Generation = 7;
    private static readonly byte[] Sample = MakeSample();

    /// <summary>Triples of {position, position, new value} change a good segment; one or two bytes left over cut it.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        byte[] segment = [.. Sample];
        for (int i = 0; i + 2 < input.Length; i += 3) segment[((input[i] << 8) | input[i + 1]) % segment.Length] = input[i + 2];
        if (input.Length % 3 != 0) segment = segment[..(input[^1] % (segment.Length + 1))];
        ReadOnlySpan<byte> rest = segment;
        for (int at = 0; JournalFormat.TryReadRecord(rest, Generation, out string id, out bool held, out int length); at += length)
        {
            if (at % Stride != 0 || length != Stride || id != Id(at / Stride) || held != (at / Stride % 2 == 1)
                || !rest[..length].SequenceEqual(Sample.AsSpan(at, length)))
                throw new InvalidOperationException("a record was read that nobody wrote");
            rest = rest[length..];
        }
        JournalFormat.TryReadHead(input, out _, out _);
    }

    private static string Id(int i) => $"0000000000BBB{i}";

    private static byte[] MakeSample()
    {
        byte[] segment = new byte[Count * Stride];
        for (int i = 0; i < Count; i++)
        {
            Span<byte> record = segment.AsSpan(i * Stride, Stride);
            Encoding.ASCII.GetBytes(new string((char)('a' + i), Stride - JournalFormat.RecordHead), record[JournalFormat.RecordHead..]);
            JournalFormat.WriteRecordHead(record, Generation, Id(i), i % 2 == 1, record[JournalFormat.RecordHead..]);
        }
        return segment;
    }
}

public sealed class JournalFuzzTests
{
    [Test]
    public void Changed_segments_yield_only_what_was_written() =>
        FuzzRunner.Run(JournalFuzz.One, 57, [0, 1, 2, 32, 64, 81, 82, 83, 104, 105, 164, 7, 255], 24);
}

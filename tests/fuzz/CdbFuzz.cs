using System.Buffers.Binary;
using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Cdb;
using MtaSuite.Tools.Tables;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// A constant database with bytes changed: lookups end, stay inside the file, and give what a plain reading of the format gives.
/// </summary>
[TestFixture]
public static class CdbFuzz
{
    private static readonly string[] Keys =
        ["a", "alpha", "beta", "gamma", "delta", "", "x", "key1", "key2", "key3", "missing", "another"];
    private static readonly byte[] Good = BuildGood();

    private static byte[] BuildGood()
    {
        string folder = Directory.CreateTempSubdirectory("mtasuite-cdbfuzz-").FullName;
        using (TableWriter writer = TableWriter.Open("cdb", Path.Combine(folder, "good"), new()))
        {
            foreach (string key in Keys[..10]) writer.TryAdd(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes("value of " + key));
            if (!writer.TryCommit()) throw new InvalidOperationException(writer.Error);
        }
        byte[] image = File.ReadAllBytes(Path.Combine(folder, "good.cdb"));
        Directory.Delete(folder, true);
        return image;
    }

    /// <summary>The input is a list of changes: where (two bytes), and the new byte; the first byte cuts the end off.</summary>
    public static void One(ReadOnlySpan<byte> input)
    {
        byte[] image = [.. Good];
        for (int i = 1; i + 2 < input.Length; i += 3)
        {
            int at = Place(input[i], input[i + 1]);
            image[at] = input[i + 2];
        }
        if (input.Length > 0) image = image[..Math.Max(CdbFormat.HeaderSize, image.Length - input[0] / 2)];
        CdbReader reader = CdbReader.FromImage(image);
        foreach (string key in Keys)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(key);
            CdbStatus status = reader.Find(bytes, 1000, out byte[] data);
            string plain = PlainFind(image, bytes, 1000), got = status == CdbStatus.Found ? "=" + Convert.ToHexString(data)
                : status.ToString();
            if (plain != got) throw new InvalidOperationException($"{key}: {got}, expected {plain}");
        }
        int records = 0;
        for (long position = CdbReader.FirstRecord; reader.Next(ref position, 1000, out byte[] key, out byte[] value) == CdbStatus.Found;)
            if (++records > image.Length / 8 || position > image.Length || key.Length + value.Length > 2000)
                throw new InvalidOperationException("listing runs away");
    }

    /// <summary>A byte that matters to some key: of its table's header, of its table's slots, of a record's header, or anywhere.</summary>
    private static int Place(byte region, byte within)
    {
        int header = (int)(CdbFormat.Hash(Encoding.ASCII.GetBytes(Keys[region / 4 % Keys.Length])) % 256) * 8;
        int table = (int)BinaryPrimitives.ReadUInt32LittleEndian(Good.AsSpan(header));
        int at = (region % 4) switch
        {
            0 => header + within % 8,
            1 => table + within % 16,
            2 => BinaryPrimitives.ReadInt32LittleEndian(Good.AsSpan(Math.Min(table, Good.Length - 8) + 4)) + within % 8,
            _ => CdbFormat.HeaderSize + (region * 256 + within) % (Good.Length - CdbFormat.HeaderSize),
        };
        return Math.Min(at, Good.Length - 1);
    }

    private static string PlainFind(byte[] image, byte[] key, int max)
    {
        uint hash = 5381;
        foreach (byte b in key) hash = unchecked(hash * 33 ^ b);
        long U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan((int)at, 4));
        long table = U32(hash % 256 * 8), slots = U32(hash % 256 * 8 + 4);
        if (slots == 0) return nameof(CdbStatus.Absent);
        if (table < 2048 || table + slots * 8 > image.Length) return nameof(CdbStatus.Corrupt);
        for (long i = 0; i < slots; i++)
        {
            long slot = table + (hash / 256 + i) % slots * 8, position = U32(slot + 4);
            if (position == 0) break;
            if (U32(slot) != hash) continue;
            if (position < 2048 || position + 8 > image.Length) return nameof(CdbStatus.Corrupt);
            long keyLength = U32(position), length = U32(position + 4);
            if (position + 8 + keyLength + length > image.Length) return nameof(CdbStatus.Corrupt);
            if (!image.AsSpan((int)position + 8, (int)keyLength).SequenceEqual(key)) continue;
            if (length > max) return nameof(CdbStatus.TooLong);
            return "=" + Convert.ToHexString(image, (int)(position + 8 + keyLength), (int)length);
        }
        return nameof(CdbStatus.Absent);
    }

    [Test]
    public static void Run()
    {
        One([]);
        FuzzRunner.Run(One, 31, [0, 0, 1, 2, 4, 5, 6, 7, 8, 12, 16, 17, 20, 22, 64, 128, 255, 255, 200, 208], 30);
    }
}

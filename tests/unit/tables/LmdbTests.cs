using System.Text;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Tables;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class LmdbTests
{
    [Test]
    public void Entries_read_back_change_and_are_listed()
    {
        using TemporaryFolder folder = new();
        ManualClock clock = new();
        using (TableWriter writer = TableWriter.Open("lmdb", folder["t"], new()))
        {
            if (writer.Error?.Contains("not installed", StringComparison.Ordinal) == true) Assert.Ignore(writer.Error);
            Assert.That(writer.TryAdd("a"u8, "1"u8));
            Assert.That(writer.TryAdd("a"u8, "2"u8), Is.False);
            Assert.That(writer.TryAdd("b"u8, "2"u8));
            for (int i = 0; i < 5000; i++) writer.TryAdd(Encoding.ASCII.GetBytes($"key{i}"), Encoding.ASCII.GetBytes(new string('v', i)));
            Assert.That(writer.TryCommit(), writer.Error);
        }
        using Table table = TableFactory.Open("lmdb:" + folder["t"], new() { Clock = clock });
        Assert.That(table.OpenError, Is.Null);
        Assert.That((table.Lookup("A").Value, table.Lookup("b").Value, table.Lookup("c").IsNotFound), Is.EqualTo(("1", "2", true)));
        Assert.That(table.Lookup("key4999").Value, Has.Length.EqualTo(4999));
        Assert.That(table.Lookup("").IsNotFound && table.Lookup(new string('x', 511)).IsNotFound
            && table.Lookup(new string('x', 600)).IsNotFound);
        using (TableWriter writer = TableWriter.Open("lmdb", folder["t"], new() { Incremental = true, TrailingNul = true }))
        {
            Assert.That(writer.TryAdd("b"u8, "3"u8), Is.False, "in either form");
            writer.Set("a"u8, "4"u8);
            Assert.That(writer.TryRemove("b"u8));
            Assert.That(writer.TryCommit(), writer.Error);
        }
        Assert.That((table.Lookup("a").Value, table.Lookup("b").IsNotFound), Is.EqualTo(("4", true)));
        int count = 0;
        Assert.That(((IListable)table).List((_, _) => ++count > 0), Is.Null);
        Assert.That(count, Is.EqualTo(5001));
        using (TableWriter writer = TableWriter.Open("lmdb", folder["t"], new())) writer.TryCommit();
        Assert.That(table.Lookup("a").IsNotFound);
    }

    [TestCase(0, 1L << 30)]
    [TestCase(3L << 30, 3L << 30)]
    public void A_writer_maps_as_much_as_it_is_told_to_and_a_gigabyte_at_least(long size, long expected)
    {
        using TemporaryFolder folder = new();
        using TableWriter writer = TableWriter.Open("lmdb", folder["t"], new() { MapSize = size });
        if (writer.Error?.Contains("not installed", StringComparison.Ordinal) == true) Assert.Ignore(writer.Error);
        string[] range = File.ReadLines("/proc/self/maps").First(l => l.EndsWith(folder["t.lmdb"], StringComparison.Ordinal)).Split(' ')[0]
            .Split('-');
        Assert.That(Convert.ToInt64(range[1], 16) - Convert.ToInt64(range[0], 16), Is.EqualTo(expected));
    }

    [Test]
    public void A_missing_or_damaged_file_is_an_error()
    {
        using TemporaryFolder folder = new();
        folder.Write("bad.lmdb", new string('x', 10000));
        using Table bad = TableFactory.Open("lmdb:" + folder["bad"]);
        using Table missing = TableFactory.Open("lmdb:" + folder["missing"]);
        Assert.That(bad.Lookup("a").IsError && missing.Lookup("a").IsError);
    }
}

using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Cdb;
using MtaSuite.Tools.Tables;

namespace MtaSuite.Tests.Unit.Tables;

[TestFixture]
public class CdbTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private void Write(string name, IEnumerable<(string Key, string Value)> entries, TableWriterOptions? options = null)
    {
        using TableWriter writer = TableWriter.Open("cdb", _folder[name], options ?? new());
        foreach (var (key, value) in entries) writer.TryAdd(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        Assert.That(writer.TryCommit(), writer.Error);
    }

    private static byte[] RandomBytes(Random random, int longest)
    {
        byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(longest) : random.Next(12)];
        random.NextBytes(bytes);
        // few different bytes, so that keys meet
        if (random.Next(2) == 0)
            for (int i = 0; i < bytes.Length; i++) bytes[i] &= 3;
        return bytes;
    }

    /// <summary>What a writer does, against a dictionary.</summary>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(300)]
    [TestCase(10_000)]
    public void Random_maps_read_back_as_written(int operations)
    {
        Random random = new(operations);
        Dictionary<string, byte[]> model = [];
        using (TableWriter writer = TableWriter.Open("cdb", _folder["random"], new()))
        {
            for (int i = 0; i < operations; i++)
            {
                byte[] key = RandomBytes(random, 3000), value = RandomBytes(random, i % 1000 == 7 ? 300_000 : 2000);
                string name = Convert.ToHexString(key), nameNul = name + "00";
                switch (random.Next(8))
                {
                    case 0:
                        // a removal takes the form with a NUL behind the key along
                        Assert.That(writer.TryRemove(key), Is.EqualTo(model.Remove(name) | model.Remove(nameNul)));
                        break;
                    case 1:
                        writer.Set(key, value);
                        model.Remove(nameNul);
                        model[name] = value;
                        break;
                    default:
                        Assert.That(writer.TryAdd(key, value), Is.EqualTo(model.TryAdd(name, value)));
                        break;
                }
            }
            Assert.That(writer.TryCommit(), writer.Error);
        }
        foreach (int imageLimit in new[] { CdbReader.ImageLimit, 0 }) CheckContents(model, imageLimit, random);
    }

    private void CheckContents(Dictionary<string, byte[]> model, int imageLimit, Random random)
    {
        using CdbReader reader = CdbReader.Open(_folder["random.cdb"], out _, out string error, out _, imageLimit)!;
        Assert.That(reader, Is.Not.Null, error);
        foreach (var (name, value) in model)
        {
            Assert.That(reader.Find(Convert.FromHexString(name), int.MaxValue, out byte[] found), Is.EqualTo(CdbStatus.Found));
            Assert.That(found.AsSpan().SequenceEqual(value));
        }
        for (int i = 0; i < 1000; i++)
        {
            byte[] key = RandomBytes(random, 3000);
            CdbStatus expected = model.ContainsKey(Convert.ToHexString(key)) ? CdbStatus.Found : CdbStatus.Absent;
            Assert.That(reader.Find(key, int.MaxValue, out _), Is.EqualTo(expected));
        }
        HashSet<string> listed = [];
        long position = CdbReader.FirstRecord;
        while (reader.Next(ref position, int.MaxValue, out byte[] key, out byte[] data) == CdbStatus.Found)
        {
            Assert.That(data.AsSpan().SequenceEqual(model[Convert.ToHexString(key)]));
            Assert.That(listed.Add(Convert.ToHexString(key)));
        }
        Assert.That(listed, Has.Count.EqualTo(model.Count));
    }

    [Test]
    public void An_incremental_writer_starts_from_what_is_there()
    {
        Write("t", [("a", "1"), ("b", "2")]);
        using (TableWriter writer = TableWriter.Open("hash", _folder["t"], new() { Incremental = true }))
        {
            Assert.That(writer.TryAdd("a"u8, "x"u8), Is.False);
            Assert.That(writer.TryAdd("c"u8, "3"u8));
            Assert.That(writer.TryRemove("b"u8));
            Assert.That(writer.TryCommit(), writer.Error);
        }
        using Table table = TableFactory.Open("cdb:" + _folder["t"]);
        Assert.That((table.Lookup("a").Value, table.Lookup("b").IsNotFound, table.Lookup("c").Value), Is.EqualTo(("1", true, "3")));
    }

    [Test]
    public void Without_commit_the_old_file_stays_and_nothing_else()
    {
        Write("t", [("a", "1")]);
        using (TableWriter writer = TableWriter.Open("cdb", _folder["t"], new())) writer.TryAdd("b"u8, "2"u8);
        using Table table = TableFactory.Open("cdb:" + _folder["t"]);
        Assert.That(table.Lookup("a").Value, Is.EqualTo("1"));
        Assert.That(Directory.GetFiles(_folder.Folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "main.cf", "t.cdb" }));
    }

    [Test]
    public void Keys_and_values_with_a_trailing_NUL_are_found()
    {
        Write("t", [("a", "1")], new() { TrailingNul = true });
        using Table table = TableFactory.Open("cdb:" + _folder["t"]);
        Assert.That(table.Lookup("A").Value, Is.EqualTo("1"));
        Assert.That(new FileInfo(_folder["t.cdb"]).Length, Is.EqualTo(2048 + 8 + 4 + 16));
    }

    [Test]
    public void A_reader_notices_a_new_file_within_a_second()
    {
        ManualClock clock = new();
        using Table table = TableFactory.Open("hash:" + _folder["t"], new() { Clock = clock });
        Assert.That(table.Lookup("a").IsError);
        Write("t", [("a", "1")]);
        Assert.That(table.Lookup("a").IsError, "the name is looked at once a second");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("1"));
        Write("t", [("a", "2")]);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("1"));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("2"));
        File.Delete(_folder["t.cdb"]);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(table.Lookup("a").Value, Is.EqualTo("2"), "a file that is gone is not an empty one");
    }

    [Test]
    public void Every_truncation_and_every_changed_byte_is_an_error_or_an_answer_but_never_a_crash()
    {
        Write("t", [("alpha", "1"), ("beta", "2"), ("gamma", new string('x', 50))]);
        byte[] good = File.ReadAllBytes(_folder["t.cdb"]);
        int errors = 0;
        for (int length = 0; length < good.Length; length += length < 2040 ? 51 : 1)
        {
            _folder.Write("cut.cdb", good[..length]);
            using Table table = TableFactory.Open("cdb:" + _folder["cut"]);
            LookupResult result = table.Lookup("gamma");
            Assert.That(result.IsFound && result.Value.Length == 50 || result.IsError, $"cut at {length}: {result}");
            if (result.IsError) errors++;
        }
        Assert.That(errors, Is.GreaterThan(150));
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0xff;
            CdbReader reader = CdbReader.FromImage(bad);
            reader.Find("gamma"u8, 1000, out byte[] data);
            Assert.That(data, Has.Length.LessThanOrEqualTo(1000));
        }
    }

    [Test]
    public void Reasons_say_what_to_do()
    {
        _folder.Write("text", "a b\n");
        using Table missing = TableFactory.Open("hash:" + _folder["text"]);
        Assert.That(missing.OpenError, Is.EqualTo($"open database {_folder["text"]}.cdb: No such file or directory"
            + $" (run \"postmap hash:{_folder["text"]}\", or postalias for aliases)"));
        _folder.Write("text.db", "x");
        using Table berkeley = TableFactory.Open("hash:" + _folder["text"]);
        Assert.That(berkeley.OpenError, Does.Contain("text.db is a Berkeley DB file, which is not read here"));
    }

    [Test]
    public void A_value_that_is_not_UTF8_is_an_error_unless_bytes_are_asked_for()
    {
        using (TableWriter writer = TableWriter.Open("cdb", _folder["t"], new()))
        {
            writer.TryAdd("a"u8, [0x62, 0xff]);
            Assert.That(writer.TryCommit(), writer.Error);
        }
        using Table text = TableFactory.Open("cdb:" + _folder["t"]);
        using Table bytes = TableFactory.Open("cdb:" + _folder["t"], new() { Utf8 = false });
        Assert.That(text.Lookup("a").IsError);
        Assert.That(bytes.Lookup("a").Value, Is.EqualTo("b\u00ff"));
    }

    [Test]
    public void Two_writers_follow_each_other()
    {
        Task[] writers = [.. Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            using TableWriter writer = TableWriter.Open("cdb", _folder["t"], new() { Incremental = true });
            writer.TryAdd(Encoding.UTF8.GetBytes($"key{n}"), "v"u8);
            Assert.That(writer.TryCommit(), writer.Error);
        }))];
        Task.WaitAll(writers);
        using Table table = TableFactory.Open("cdb:" + _folder["t"]);
        for (int n = 0; n < 8; n++) Assert.That(table.Lookup($"key{n}").Value, Is.EqualTo("v"));
    }

    [Test]
    public void Tinycdb_reads_what_we_write_and_we_read_what_it_writes()
    {
        if (!File.Exists("/usr/bin/cdb")) Assert.Ignore("the command cdb (Debian: tinycdb) is not installed");
        Random random = new(5);
        Dictionary<string, byte[]> model = [];
        for (int i = 0; i < 3000; i++) model[Convert.ToHexString(RandomBytes(random, 500))] = RandomBytes(random, 500);
        using (TableWriter writer = TableWriter.Open("cdb", _folder["ours"], new()))
        {
            foreach (var (key, value) in model) writer.TryAdd(Convert.FromHexString(key), value);
            Assert.That(writer.TryCommit(), writer.Error);
        }
        byte[] dump = RunCdb([], "-d", _folder["ours.cdb"]);
        Assert.That(ParseDump(dump), Is.EquivalentTo(model.Select(p => p.Key + "=" + Convert.ToHexString(p.Value))));
        foreach (string name in model.Keys.Where(k => k.Length > 0 && !k.Contains("00", StringComparison.Ordinal)
            && k.All(c => c is >= '0' and <= '7')).Take(20))
            Assert.That(RunCdb([], "-q", _folder["ours.cdb"], Encoding.Latin1.GetString(Convert.FromHexString(name))).AsSpan()
                .SequenceEqual(model[name]), name);
        RunCdb(dump, "-c", _folder["random.cdb"]);
        CheckContents(model, 0, random);
    }

    private static byte[] RunCdb(byte[] input, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo("/usr/bin/cdb", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, string.Join(' ', arguments));
        return output.ToArray();
    }

    /// <summary>"+KEYLENGTH,DATALENGTH:KEY->DATA" LF for each record, then LF.</summary>
    private static List<string> ParseDump(byte[] dump)
    {
        List<string> entries = [];
        int at = 0;
        while (dump[at] == '+')
        {
            int comma = Array.IndexOf(dump, (byte)',', at), colon = Array.IndexOf(dump, (byte)':', at);
            int keyLength = int.Parse(Encoding.ASCII.GetString(dump[(at + 1)..comma])),
                dataLength = int.Parse(Encoding.ASCII.GetString(dump[(comma + 1)..colon]));
            int key = colon + 1, data = key + keyLength + 2;
            entries.Add(Convert.ToHexString(dump, key, keyLength) + "=" + Convert.ToHexString(dump, data, dataLength));
            at = data + dataLength + 1;
        }
        return entries;
    }

    [Test]
    public void The_directory_that_cannot_be_written_is_an_error_value()
    {
        using TableWriter writer = TableWriter.Open("cdb", _folder["no/such"], new());
        Assert.That(writer.Error, Does.StartWith("open database ").And.EndsWith("No such file or directory"));
        Assert.That(writer.TryAdd("a"u8, "b"u8), Is.False);
        Assert.That(writer.TryCommit(), Is.False);
    }

    [Test]
    public void A_fifo_or_directory_in_place_of_the_file_is_an_error_value()
    {
        Directory.CreateDirectory(_folder["d.cdb"]);
        using Table table = TableFactory.Open("cdb:" + _folder["d"]);
        Assert.That(table.OpenError, Does.EndWith("not a regular file"));
        Assert.That(Paths.Access(_folder["d.cdb"], Paths.F_OK), Is.Zero);
    }
}

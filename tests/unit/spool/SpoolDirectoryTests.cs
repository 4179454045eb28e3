using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Spool;

/// <summary>Folders, moves and names.</summary>
public sealed class SpoolDirectoryTests
{
    private string _root = "";
    private SpoolDirectory _spool = null!;

    [SetUp]
    public void Make()
    {
        _root = Directory.CreateTempSubdirectory("spool").FullName;
        _spool = new SpoolDirectory(_root);
        foreach ((string name, _) in SpoolDirectory.Folders) Directory.CreateDirectory(Path.Combine(_root, name));
    }

    [TearDown]
    public void Remove() => Directory.Delete(_root, true);

    private string Put(string folder, string? id = null)
    {
        id ??= QueueId.Next();
        File.WriteAllBytes(_spool.PathOf(folder, id),
            QueueFileFormatTests.File(new Envelope { ArrivalMicroseconds = 1, Sender = "a", Recipients = [new() { Address = "b" }] }));
        return id;
    }

    [Test]
    public void A_move_makes_the_subfolder_and_keeps_the_message()
    {
        List<string> ids = [.. Enumerable.Range(0, 60).Select(i => Put("incoming", $"00000000{i / 10}{i % 10}BBBB"))];
        foreach (string id in ids) Assert.That(_spool.Move(id, "incoming", "deferred"), Is.Zero);
        Assert.That(_spool.Ids("incoming"), Is.Empty);
        Assert.That(_spool.Ids("deferred"), Is.EquivalentTo(ids));
        Assert.That(_spool.PathOf("deferred", ids[0]), Is.EqualTo($"{_root}/deferred/{ids[0][7]}/{ids[0]}"));
        Assert.That(_spool.TryRead("deferred", ids[59], out _), Is.EqualTo(QueueFileStatus.Ok));
        Assert.That(_spool.Move(ids[0], "deferred", "active"), Is.Zero);
        Assert.That(_spool.Move(ids[0], "deferred", "active"), Is.EqualTo(Errno.ENOENT));
        Assert.That(_spool.Remove("active", ids[0]), Is.Zero);
        Assert.That(_spool.Remove("active", ids[0]), Is.EqualTo(Errno.ENOENT));
        Assert.That(_spool.TryRead("active", ids[0], out _), Is.EqualTo(QueueFileStatus.Missing));
    }

    [Test]
    public void Names_that_are_no_ids_are_passed_over()
    {
        string id = Put("incoming");
        foreach (string name in new[] { ".hidden", "short", id + "x", id[..13], "AEIOUaeiouAEIO", id[..13] + "-" })
            File.WriteAllText($"{_root}/incoming/{name}", "");
        Assert.That(_spool.Ids("incoming"), Is.EqualTo(new[] { id }));
        Assert.That(_spool.Ids("nonexistent"), Is.Empty);
    }

    [Test]
    public void Links_are_not_followed()
    {
        string id = Put("incoming"), link = QueueId.Next();
        File.CreateSymbolicLink($"{_root}/incoming/{link}", $"{_root}/incoming/{id}");
        Assert.That(_spool.TryRead("incoming", link, out _), Is.EqualTo(QueueFileStatus.Failed));
    }

    [Test]
    public void The_execute_bit_means_expire()
    {
        string id = Put("incoming");
        File.SetUnixFileMode(_spool.PathOf("incoming", id), (UnixFileMode)FileModes.PrivateFolder);
        _spool.TryRead("incoming", id, out QueueFile? file);
        Assert.That(file!.Envelope.Flags, Is.EqualTo(MessageFlags.ForceExpire));
    }

    [Test]
    public void Ids_are_unique_and_in_order_even_when_the_clock_goes_back()
    {
        ManualClock clock = new();
        string last = QueueId.Next(clock);
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 1000 == 0) clock.Advance(TimeSpan.FromSeconds(i % 2000 == 0 ? -10 : 5));
            string next = QueueId.Next(clock);
            Assert.That(string.CompareOrdinal(last, next), Is.LessThan(0));
            last = next;
        }
        Assert.That(QueueId.IsValid(last) && QueueId.TryTime(last, out _));
    }

    [Test]
    public void Ids_are_unique_over_threads()
    {
        string[][] ids = new string[4][];
        Thread[] threads =
            [.. Enumerable.Range(0, 4).Select(i => new Thread(() => ids[i] = [.. Enumerable.Range(0, 5000).Select(_ => QueueId.Next())]))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        Assert.That(ids.SelectMany(x => x).Distinct().Count(), Is.EqualTo(20_000));
    }

    [Test]
    public void An_id_tells_its_time()
    {
        ManualClock clock = new();
        clock.Advance(TimeSpan.FromDays(400)); // beyond whatever other tests took
        string id = QueueId.Next(clock);
        Assert.That(QueueId.TryTime(id, out long time));
        Assert.That(time, Is.GreaterThanOrEqualTo(QueueId.Microseconds(clock)).And.LessThan(QueueId.Microseconds(clock) + 1_000_000));
    }
}

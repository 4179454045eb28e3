using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tools.Qshape;

namespace MtaSuite.Tests.Unit.Tools;

public class QshapeTests
{
    private static string Table(QshapeShape shape, int width, params (string Address, int Minutes, int Count)[] entries)
    {
        QshapeTable table = new(shape);
        foreach ((string address, int minutes, int count) in entries)
            for (int i = 0; i < count; i++) table.Add(address, TimeSpan.FromMinutes(minutes));
        return table.Print(width, 0);
    }

    [Test]
    public void Ages_double()
    {
        Assert.That(Table(new QshapeShape(), 80, ("a@yahoo.com", 12, 1), ("b@Yahoo.COM", 5000, 12), ("x@hotmail.com", 4, 1),
            ("y@hotmail.com", 5, 1), ("", 1279, 1)),
            Is.EqualTo("""
                                                         T  5 10 20 40 80 160 320 640 1280 1280+
                                                  TOTAL 16  1  1  1  0  0   0   0   0    1    12
                                              yahoo.com 13  0  0  1  0  0   0   0   0    0    12
                                            hotmail.com  2  1  1  0  0  0   0   0   0    0     0
                                          MAILER-DAEMON  1  0  0  0  0  0   0   0   0    1     0

                """));
    }

    [Test]
    public void Ages_in_equal_steps() =>
        Assert.That(Table(new QshapeShape(Buckets: 3, Minutes: 10, Linear: true), 80, ("a@b.example", 9, 1), ("a@b.example", 10, 1),
        ("a@b.example", 20, 1)).Split('\n')[..2],
            Is.EqualTo(new[]
            {
                "                                                                     T 10 20 20+",
                "                                                              TOTAL  3  1  1   1",
            }));

    [Test]
    public void Parents_with_enough_subdomains_have_rows()
    {
        (string, int, int)[] entries = [.. Enumerable.Range(1, 5).Select(i => ($"x@h{i}.sub.example.com", 1, i)), ("x@other.net", 1, 1)];
        string[] names = [.. Table(new QshapeShape(Parents: true), 80, entries).Split('\n')[1..^1]
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])];
        Assert.That(names, Is.EqualTo(
            new[] { "TOTAL", ".sub.example.com", "h5.sub.example.com", "h4.sub.example.com", "h3.sub.example.com", "h2.sub.example.com",
            "other.net", "h1.sub.example.com" }), "example.com has one subdomain with mail below it");
        Assert.That(Table(new QshapeShape(Parents: true, MinSubdomains: 1), 80, entries), Does.Contain(" .example.com "));
        Assert.That(Table(new QshapeShape(Parents: true, MinSubdomains: 1), 80, entries), Does.Not.Contain(" .com "));
    }

    [Test]
    public void Long_names_lose_their_start()
    {
        string row = Table(new QshapeShape(), 80, ($"x@{new string('a', 60)}.example.com", 1, 1)).Split('\n')[2];
        Assert.That((row.Length, row[0]), Is.EqualTo((80, '+')));
        Assert.That(row, Does.Contain("a.example.com "));
    }

    [TestCase("")]
    [TestCase("-s -p -m 2")]
    [TestCase("-b 5 -t 1")]
    [TestCase("-l -b 20 -w 120")]
    public void An_empty_queue_looks_as_with_Debians_qshape(string options)
    {
        Programs.Require("qshape");
        using ToolHarness harness = new();
        string[] words = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), $"{harness.Folder}/incoming"];
        Assert.That(QshapeCommand.Run(words), Is.Zero, harness.Messages);
        Assert.That(harness.Output, Is.EqualTo(Programs.Run("qshape", words).Succeeded().Output));
    }

    [Test]
    public void The_queue_is_read()
    {
        using ToolHarness harness = new();
        File.WriteAllText($"{harness.Folder}/main.cf", $"queue_directory = {harness.Folder}\n");
        Envelope old = ToolHarness.Envelope("me@from.example", "x@far.example", "y@far.example", "done@far.example");
        old.ArrivalMicroseconds = QueueId.Microseconds() - 7 * 60_000_000L;
        old.Recipients[2].Done = true;
        harness.Put(SpoolDirectory.Deferred, old);
        harness.Put(SpoolDirectory.Incoming, ToolHarness.Envelope("", "x@near.example"));
        Assert.That(QshapeCommand.Run(["-c", harness.Folder, "deferred", "incoming"]), Is.Zero, harness.Messages);
        Assert.That(harness.Output, Does.Match("far.example +2  0  2 ").And.Match("near.example +1  1 ").And.Match("TOTAL +3 "));
        Assert.That(QshapeCommand.Run(["-c", harness.Folder, "-s", "-j", "deferred"]), Is.Zero);
        Assert.That(harness.Output, Does.Contain(
            """{"domain": "from.example", "total": 1, "ages": [{"below_minutes": 5, "count": 0}, {"below_minutes": 10, "count": 1}"""));
        Assert.That(QshapeCommand.Run([$"{harness.Folder}/incoming"]), Is.Zero);
        Assert.That(QshapeCommand.Run(["-c", harness.Folder, "nosuch"]), Is.EqualTo(1));
    }
}

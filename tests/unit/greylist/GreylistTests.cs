using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Greylist;

namespace MtaSuite.Tests.Unit.Greylist;

/// <summary>Who has to wait, who is let in, for how long, and what of it survives.</summary>
public sealed class GreylistTests
{
    private static readonly GreylistSettings s_settings = new() { Delay = 300, RetryWindow = 10_000, Lifetime = 100_000, AutoAllow = 3 };
    private readonly List<string> _lines = [];
    private long _now = 1_000_000;

    [SetUp]
    public void Forget() => _lines.Clear();

    private GreylistBook Book(GreylistSettings? settings = null) =>
        new(settings ?? s_settings) { Changed = (key, entry) => _lines.Add(GreylistRecord.Format(key, entry)) };

    private string Try(GreylistBook book, string client = "192.0.2.0/24", string sender = "s@example.org", string to = "r@example.net",
        bool report = false)
    {
        GreylistReply reply = book.Judge(new GreylistQuery { Client = client, Sender = sender, Recipient = to, Report = report }, _now);
        return $"{reply.Verdict} {reply.Seconds}";
    }

    [Test]
    public void A_triple_waits_once_and_is_known_then()
    {
        GreylistBook book = Book();
        Assert.That(Try(book), Is.EqualTo("Wait 300"));
        _now += 100;
        Assert.That(Try(book), Is.EqualTo("Wait 200"), "too early; the time does not begin anew");
        _now += 250;
        Assert.That(Try(book), Is.EqualTo("Retried 350"));
        Assert.That(Try(book), Is.EqualTo("Known 0"));
        foreach ((string client, string sender, string to) in new[]
        {
            ("192.0.3.0/24", "s@example.org", "r@example.net"), ("192.0.2.0/24", "t@example.org", "r@example.net"),
            ("192.0.2.0/24", "s@example.org", "q@example.net"), ("192.0.2.0/24", "", "r@example.net"),
        })
            Assert.That(Try(book, client, sender, to), Is.EqualTo("Wait 300"), "another triple");
    }

    [Test]
    public void Who_comes_too_late_is_new_and_who_is_known_stays_so_while_he_writes()
    {
        GreylistBook book = Book();
        Try(book);
        _now += 10_001;
        Assert.That(Try(book), Is.EqualTo("Wait 300"));
        _now += 300;
        Assert.That(Try(book), Is.EqualTo("Retried 300"));
        for (int i = 0; i < 5; i++)
        {
            _now += 90_000;
            Assert.That(Try(book), Is.EqualTo("Known 0"));
        }
        _now += 100_001;
        Assert.That(Try(book), Is.EqualTo("Wait 300"));
    }

    [Test]
    public void A_client_that_has_come_again_often_enough_is_let_in_at_once()
    {
        GreylistBook book = Book();
        for (int i = 0; i < 3; i++) Try(book, to: $"{(char)('a' + i)}@example.net");
        _now += 300;
        for (int i = 0; i < 3; i++) Assert.That(Try(book, to: $"{(char)('a' + i)}@example.net"), Is.EqualTo("Retried 300"));
        Assert.That(Try(book, to: "new@example.net"), Is.EqualTo("ClientAllowed 0"));
        Assert.That(Try(book, "198.51.100.0/24", to: "new@example.net"), Is.EqualTo("Wait 300"));
        GreylistBook never = Book(s_settings with { AutoAllow = 0 });
        for (int i = 0; i < 9; i++) Try(never, to: $"{(char)('a' + i)}@example.net");
        _now += 300;
        for (int i = 0; i < 9; i++) Try(never, to: $"{(char)('a' + i)}@example.net");
        Assert.That(Try(never, to: "new@example.net"), Is.EqualTo("Wait 300"));
    }

    [Test]
    public void A_question_is_no_attempt()
    {
        GreylistBook book = Book();
        Assert.That(Try(book, report: true), Is.EqualTo("Wait 300"));
        _now += 400;
        Assert.That(Try(book), Is.EqualTo("Wait 300"));
        Assert.That(book.Count, Is.EqualTo(1));
    }

    [TestCase("user@example.org", "user@example.org")]
    [TestCase("User+ext@Example.org", "user@example.org")]
    [TestCase("bounce-1234-56@list.example", "bounce-#-#@list.example")]
    [TestCase("", "")]
    [TestCase("+x@example.org", "+x@example.org")]
    public void A_sender_is_known_without_extension_and_numbers(string sender, string key) =>
        Assert.That(GreylistBook.SenderKey(sender), Is.EqualTo(key));

    [Test]
    public void What_is_written_is_what_is_read()
    {
        GreylistBook book = Book();
        Try(book);
        Try(book, to: "other@example.net");
        _now += 300;
        Try(book);
        GreylistBook read = new(s_settings);
        foreach (string line in _lines)
        {
            Assert.That(GreylistRecord.TryParse(line.TrimEnd('\n'), out UInt128 key, out GreylistEntry? entry), line);
            if (entry is { } known) read.Restore(key, known);
            else read.Forget(key);
        }
        Assert.That(Try(read), Is.EqualTo("Known 0"));
        Assert.That(Try(read, to: "other@example.net"), Is.EqualTo("Retried 300"));
        Assert.That(GreylistRecord.TryParse("", out _, out _), Is.False);
        Assert.That(GreylistRecord.TryParse("00 1 2", out _, out _), Is.False);
        Assert.That(GreylistRecord.TryParse("zz 1 2 3", out _, out _), Is.False);
    }

    [Test]
    public void Known_mail_writes_to_disk_now_and_then_only()
    {
        GreylistBook book = Book();
        Try(book);
        _now += 300;
        Try(book);
        int before = _lines.Count;
        for (int i = 0; i < 1000; i++)
        {
            _now += 10;
            Try(book);
        }
        Assert.That(_lines.Count - before, Is.EqualTo(5)); // 10,000 s, a fiftieth of the lifetime is 2,000
    }

    [Test]
    public void A_flood_of_strangers_drives_out_nobody_who_is_known()
    {
        GreylistBook book = Book(s_settings with { Capacity = 100 });
        Try(book);
        _now += 300;
        Try(book);
        for (int i = 0; i < 10_000; i++) Try(book, $"{i}");
        Assert.That(book.Count, Is.LessThanOrEqualTo(101));
        Assert.That(Try(book), Is.EqualTo("Known 0"));
    }
}

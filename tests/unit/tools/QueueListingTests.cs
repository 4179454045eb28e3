using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Postqueue;

namespace MtaSuite.Tests.Unit.Tools;

public class QueueListingTests
{
    private ToolHarness _harness = null!;

    [SetUp]
    public void SetUp() => _harness = new ToolHarness();

    [TearDown]
    public void TearDown() => _harness.Dispose();

    private List<string> Senders(QueueFilter filter)
    {
        Assert.That(filter.Check(), Is.Null);
        return [.. new QueueListing(_harness.Spool, filter, _ => null).Read(QueueId.Microseconds()).Select(e => e.Sender).Order()];
    }

    private void Fail(string id, long offset, string recipient, string reason) =>
        new BounceLog(_harness.Spool).Append(LogFolder.Defer, id,
        [DeliveryRecord.From(recipient, "", "", Notify.Default, offset, Outcome.Defer("4.4.1", reason), DateTimeOffset.UtcNow)]);

    [Test]
    public void Selectors()
    {
        Envelope old = ToolHarness.Envelope("one@a.example", "x@far.example");
        old.ArrivalMicroseconds = QueueId.Microseconds() - 7_200_000_000;
        string id = _harness.Put(SpoolDirectory.Deferred, old);
        Fail(id, old.Recipients[0].Offset, "x@far.example", "Connection refused");
        _harness.Put(SpoolDirectory.Deferred, ToolHarness.Envelope("two@A.example", "x@near.example", "y@sub.far.example"));
        _harness.Put(SpoolDirectory.Hold, ToolHarness.Envelope("", "one@near.example"));
        Envelope done = ToolHarness.Envelope("three@b.example", "x@far.example", "z@near.example");
        done.Recipients[0].Done = true;
        _harness.Put(SpoolDirectory.Incoming, done);

        Assert.That(Senders(new() { From = "one@a.example" }), Is.EqualTo(new[] { "one@a.example" }));
        Assert.That(Senders(new() { From = "@a.example" }), Is.EqualTo(new[] { "one@a.example", "two@A.example" }));
        Assert.That(Senders(new() { From = "THREE" }), Is.EqualTo(new[] { "three@b.example" }));
        Assert.That(Senders(new() { From = "<>" }), Is.EqualTo(new[] { "" }));
        Assert.That(Senders(new() { To = "x@far.example" }), Is.EqualTo(new[] { "one@a.example" }), "a recipient that is done is none");
        Assert.That(Senders(new() { Domain = "near.example" }), Is.EqualTo(new[] { "", "three@b.example", "two@A.example" }));
        Assert.That(Senders(new() { Domain = ".far.example" }), Is.EqualTo(new[] { "two@A.example" }));
        Assert.That(Senders(new() { OlderThan = 3600 }), Is.EqualTo(new[] { "one@a.example" }));
        Assert.That(Senders(new() { NewerThan = 3600, Queues = ["deferred", "hold"] }), Is.EqualTo(new[] { "", "two@A.example" }));
        Assert.That(Senders(new() { Status = "connection +REFUSED$" }), Is.EqualTo(new[] { "one@a.example" }));
        Assert.That(Senders(new() { Ids = [id, "unknownId12345"] }), Is.EqualTo(new[] { "one@a.example" }));
    }

    [TestCase("(")]
    [TestCase("(a)\\1")]
    public void A_bad_expression_is_named(string expression) =>
        Assert.That(new QueueFilter { Status = expression }.Check(), Does.Contain(expression));

    [Test]
    public void The_listing_has_the_columns_that_scripts_know()
    {
        QueueReport report = new();
        long arrival = new DateTimeOffset(DateTime.SpecifyKind(new DateTime(2026, 11, 1, 9, 8, 7), DateTimeKind.Local))
            .ToUnixTimeMilliseconds() * 1000;
        report.Take(new QueueEntry
        {
            QueueName = "deferred",
            QueueId = "0dZGBYrnDd0CBD",
            ArrivalMicroseconds = arrival,
            Size = 1261,
            Sender = "me@example.com",
            NextMicroseconds = arrival + 300_000_000,
            Recipients =
            [
                new() { Address = "x@sink.test", Reason = "connect to 127.0.0.1[127.0.0.1]:43526: Connection refused" },
                new() { Address = "y z@sink.test", Reason = "connect to 127.0.0.1[127.0.0.1]:43526: Connection refused" },
                new() { Address = "w@sink.test" },
            ],
        });
        report.Take(new QueueEntry
        {
            QueueName = "active",
            QueueId = "0dZGBYrnDd0CBF",
            ArrivalMicroseconds = arrival,
            Size = 900,
            Recipients = [new() { Address = "a@b" }]
        });
        report.Take(new QueueEntry
        {
            QueueName = "hold",
            QueueId = "0dZGBYrnDd0CBG",
            ArrivalMicroseconds = arrival,
            Size = 5,
            Sender = "s",
            Flags = MessageFlags.ForceExpire
        });
        report.Finish();
        Assert.That(_harness.Output, Is.EqualTo("""
            ----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
            0dZGBYrnDd0CBD        1261 Sun Nov  1 09:08:07 me@example.com
                               (connect to 127.0.0.1[127.0.0.1]:43526: Connection refused)
                                                           x@sink.test
                                                           "y z"@sink.test
                                                           w@sink.test
                                                          (next retry Sun Nov  1 09:13:07)

            0dZGBYrnDd0CBF*        900 Sun Nov  1 09:08:07 MAILER-DAEMON
                                                           a@b

            0dZGBYrnDd0CBG!#         5 Sun Nov  1 09:08:07 s

            -- 2 Kbytes in 3 Requests.

            """));
    }

    [Test]
    public void An_empty_listing()
    {
        new QueueReport().Finish();
        Assert.That(_harness.Output, Is.EqualTo("Mail queue is empty\n"));
    }

    [Test]
    public void Json_has_one_line_for_each_message()
    {
        string time = DateTimeOffset.FromUnixTimeSeconds(1_795_293_243).ToLocalTime()
            .ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        QueueJson.Take(new QueueEntry
        {
            QueueName = "deferred",
            QueueId = "0dZGBYrnDd0CBD",
            ArrivalMicroseconds = 1_795_292_943_654_321,
            Size = 246,
            Sender = "",
            NextMicroseconds = 1_795_293_243_000_000,
            Recipients = [new() { Address = "b@sink.test", Reason = "said: \"no\"\t\x01" }, new() { Address = "q@sink.test" }],
        });
        const string line = """{"queue_name": "deferred", "queue_id": "0dZGBYrnDd0CBD", "arrival_time": 1795292943, "message_size": 246,"""
            + """ "forced_expire": false, "sender": "MAILER-DAEMON", "recipients": [{"address": "b@sink.test","""
            + """ "delay_reason": "said: \"no\"\t\u0001"}, {"address": "q@sink.test"}], "state": "deferred","""
            + """ "next_retry": 1795293243, "next_retry_time": "TIME"}""" + "\n";
        Assert.That(_harness.Output, Is.EqualTo(line.Replace("TIME", time, StringComparison.Ordinal)));
    }

    [Test]
    public void Without_the_mail_system_the_spool_is_read()
    {
        _harness.Put(SpoolDirectory.Deferred, ToolHarness.Envelope("one@a", "x@b"));
        int seen = 0;
        Assert.That(QueueSource.Read(_harness.Config(), new QueueFilter(), _ => { seen++; return true; }), Is.Zero);
        Assert.That(seen, Is.EqualTo(1));
        Assert.That(_harness.Messages, Does.Contain("accessing queue directly"));
    }
}

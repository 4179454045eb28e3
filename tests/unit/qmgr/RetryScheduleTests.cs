using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Qmgr;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>When a message whose recipients were deferred is tried again.</summary>
public sealed class RetryScheduleTests
{
    private static readonly MailConfig s_config =
        MailConfig.Parse("compatibility_level = 3.11\nminimal_backoff_time = 5m\nmaximal_backoff_time = 1h\n"
            + "maximal_queue_lifetime = 5d\n").Config;

    /// <summary>Minutes until the next attempt of a message of this age, and whether it may be tried again at all.</summary>
    private static (double Minutes, bool MayRetry) Next(TimeSpan age, params TimeSpan?[] waits)
    {
        EventLoop loop = new();
        RetrySchedule schedule = new(loop, new QmgrSettings(s_config), null, new FlushSites(s_config));
        Envelope envelope = new()
        {
            QueueId = QueueId.Next(),
            Sender = "a@x.test",
            ArrivalMicroseconds = QueueId.Microseconds() - (long)age.TotalMicroseconds,
        };
        QueuedMessage message = new(envelope, "active", ContentSegments.InOnePiece(0, 0));
        foreach (TimeSpan? wait in waits)
            Assert.That(schedule.NoteDeferralAsync(message, "b@x.test", wait).Completed(), Is.False, "no curve of its own");
        double minutes = (schedule.NextAttempt(message) - QueueId.Microseconds()) / 60e6;
        return (Math.Round(minutes), message.Round.Unexpired);
    }

    [Test]
    public void The_shortest_wait_of_the_recipients_counts() =>
        Assert.That(Next(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(10), null), Is.EqualTo((10.0, true)));

    [TestCase(0, 5), TestCase(30, 30), TestCase(600, 60)]
    public void Without_one_the_wait_grows_with_the_age(int age, double minutes) =>
        Assert.That(Next(TimeSpan.FromMinutes(age), (TimeSpan?)null), Is.EqualTo((minutes, true)));

    [Test]
    public void A_message_beyond_its_lifetime_is_not_tried_again() =>
        Assert.That(Next(TimeSpan.FromDays(6), (TimeSpan?)null).MayRetry, Is.False);
}

using MtaSuite.Bounce;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Bounce;

public class NoticePlannerTests
{
    private static string Plan(NoticeKind kind, string sender, string classes, params Notify[] recipients)
    {
        NoticeSettings settings = Samples.Settings with
        { Classes = NotifyClasses.Parse(classes, out _), DelayNoticeRecipient = "ops@example.net" };
        NoticePlan plan = new NoticePlanner(settings)
            .Plan(kind, Samples.Message with { Sender = sender }, recipients.Select(n => Samples.Refused with { Notify = n }));
        return plan.Notices.Count == 0
            && plan.LogText.Length > 0 ? "log"
            : string.Join(" ", plan.Notices.Select(n => $"<{n.EnvelopeSender}>><{n.EnvelopeRecipient}>"));
    }

    private const string Alice = "alice@sender.example";
    private const string ToAlice = "<>><alice@sender.example>";
    private const string ToPostmaster = "<double-bounce@example.com>><postmaster@example.com>";
    private const string ToOps = "<double-bounce@example.com>><ops@example.net>";

    [TestCase(NoticeKind.Failure, Alice, "resource", Notify.Default, ExpectedResult = ToAlice)]
    [TestCase(NoticeKind.Failure, Alice, "resource", Notify.Failure, ExpectedResult = ToAlice)]
    [TestCase(NoticeKind.Failure, Alice, "resource", Notify.Never, ExpectedResult = "")]
    [TestCase(NoticeKind.Failure, Alice, "resource", Notify.Success | Notify.Delay, ExpectedResult = "")]
    [TestCase(NoticeKind.Failure, Alice, "2bounce", Notify.Default, ExpectedResult = ToAlice)]
    [TestCase(NoticeKind.Failure, Alice, "bounce", Notify.Default, ExpectedResult = ToAlice + " " + ToPostmaster)]
    [TestCase(NoticeKind.Failure, Alice, "bounce", Notify.Never, ExpectedResult = ToPostmaster)]
    [TestCase(NoticeKind.Failure, "Postmaster@Example.com", "bounce", Notify.Default, ExpectedResult = "<>><Postmaster@Example.com>")]
    [TestCase(NoticeKind.Failure, "", "resource", Notify.Default, ExpectedResult = "log")]
    [TestCase(NoticeKind.Failure, "", "2bounce", Notify.Default, ExpectedResult = ToPostmaster)]
    [TestCase(NoticeKind.Failure, "", "bounce", Notify.Never, ExpectedResult = ToPostmaster)]
    [TestCase(NoticeKind.Failure, "double-bounce@example.com", "bounce", Notify.Default, ExpectedResult = "log")]
    [TestCase(NoticeKind.Failure, "Double-Bounce", "bounce", Notify.Default, ExpectedResult = "log")]
    [TestCase(NoticeKind.Delay, Alice, "bounce", Notify.Default, ExpectedResult = ToAlice)]
    [TestCase(NoticeKind.Delay, Alice, "delay", Notify.Failure, ExpectedResult = ToOps)]
    [TestCase(NoticeKind.Delay, "", "delay", Notify.Default, ExpectedResult = ToOps)]
    [TestCase(NoticeKind.Delay, "double-bounce@example.com", "delay", Notify.Default, ExpectedResult = "")]
    [TestCase(NoticeKind.Success, Alice, "bounce delay", Notify.Success, ExpectedResult = ToAlice)]
    [TestCase(NoticeKind.Success, Alice, "bounce delay", Notify.Default, ExpectedResult = "")]
    [TestCase(NoticeKind.Success, "", "2bounce", Notify.Success, ExpectedResult = "")]
    [TestCase(NoticeKind.Verify, Alice, "bounce", Notify.Never, ExpectedResult = ToAlice)]
    public string Each_row_of_the_table(NoticeKind kind, string sender, string classes, Notify notify) =>
        Plan(kind, sender, classes, notify);

    [Test]
    public void One_willing_recipient_is_enough() =>
        Assert.That(Plan(NoticeKind.Failure, Alice, "", Notify.Never, Notify.Failure), Is.EqualTo(ToAlice));

    [Test]
    public void A_lost_log_still_tells_the_sender_of_a_failure()
    {
        Assert.That(Plan(NoticeKind.Failure, Alice, ""), Is.EqualTo(ToAlice));
        Assert.That(Plan(NoticeKind.Delay, Alice, ""), Is.Empty);
    }

    [Test]
    public void No_notice_begets_notices_without_end()
    {
        // fail everything, all classes on: follow the notices until there are no more
        NoticePlanner planner = new(Samples.Settings with { Classes = (NotifyClass)255 });
        Queue<MessageFacts> mail = new([Samples.Message]);
        int sent = 0;
        while (mail.TryDequeue(out MessageFacts? failed))
        {
            Assert.That(++sent, Is.LessThan(10));
            foreach (PlannedNotice notice in planner.Plan(NoticeKind.Failure, failed, [Samples.Refused]).Notices)
                mail.Enqueue(Samples.Message with { Sender = notice.EnvelopeSender });
        }
        Assert.That(sent, Is.EqualTo(4), "message, notice, copy, double bounce");
    }

    [Test]
    public void Flags_stop_a_double_bounce_whatever_its_sender() => Assert.That(
        new NoticePlanner(Samples.Settings)
        .Plan(NoticeKind.Failure, Samples.Message with { Flags = MessageFlags.DoubleBounce }, [Samples.Refused]).Notices, Is.Empty);

    [TestCase(Notify.Default, false, ExpectedResult = Notify.Default)]
    [TestCase(Notify.Default, true, ExpectedResult = Notify.Success | Notify.Failure | Notify.Delay)]
    [TestCase(Notify.Delay, true, ExpectedResult = Notify.Success | Notify.Delay)]
    [TestCase(Notify.Failure, true, ExpectedResult = Notify.Failure)]
    [TestCase(Notify.Never, true, ExpectedResult = Notify.Never)]
    public Notify Cleared_delays_are_confirmed_on_wish(Notify notify, bool confirm) => NotifyRules.AfterDelayNotice(notify, confirm);

    [Test]
    public void Classes_are_words_in_any_separation()
    {
        NotifyClass classes = NotifyClasses.Parse(" resource,Software\tbounce ,, whatever", out List<string> unknown);
        Assert.That(classes, Is.EqualTo(NotifyClass.Resource | NotifyClass.Software | NotifyClass.Bounce | NotifyClass.DoubleBounce));
        Assert.That(unknown, Is.EqualTo(new[] { "whatever" }));
    }
}

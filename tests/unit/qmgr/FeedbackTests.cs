using MtaSuite.Common.Config;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>The arithmetic of concurrency.</summary>
public sealed class FeedbackTests
{
    private static ConcurrencyWindow Window(string config) => new(new TransportSettings(MailConfig.Parse(config + "\n").Config, "t"));

    [TestCase("1", 4, 1.0)]
    [TestCase("0.5", 4, 0.5)]
    [TestCase("1/8", 4, 0.125)]
    [TestCase("1 / concurrency", 4, 0.25)]
    [TestCase("0.5/concurrency", 5, 0.1)]
    [TestCase("1/sqrt_concurrency", 16, 0.25)]
    public void Expressions_are_read(string text, int window, double value)
    {
        Assert.That(Feedback.TryParse(text, out Feedback feedback));
        Assert.That(feedback.At(window), Is.EqualTo(value).Within(1e-9));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("2")]
    [TestCase("1/0")]
    [TestCase("1/x")]
    [TestCase("concurrency")]
    [TestCase("1/concurrency/2")]
    public void Others_are_refused(string text) => Assert.That(Feedback.TryParse(text, out _), Is.False);

    [Test]
    public void A_success_is_a_place_more_up_to_the_limit()
    {
        ConcurrencyWindow w = Window("t_destination_concurrency_limit = 8");
        for (int i = 0; i < 10; i++) w.Succeed(20);
        Assert.That(w.Size, Is.EqualTo(8));
    }

    [Test]
    public void Places_that_nobody_uses_earn_no_more()
    {
        ConcurrencyWindow w = Window("");
        for (int i = 0; i < 10; i++) w.Succeed(1);
        Assert.That(w.Size, Is.EqualTo(6), "one running and the initial five");
    }

    [Test]
    public void A_place_costs_as_many_successes_as_there_are_places()
    {
        ConcurrencyWindow w = Window("default_destination_concurrency_positive_feedback = 1/concurrency");
        for (int i = 0; i < 4; i++) w.Succeed(20);
        Assert.That(w.Size, Is.EqualTo(5));
        w.Succeed(20);
        Assert.That(w.Size, Is.EqualTo(6));
    }

    [Test]
    public void The_first_failure_costs_a_place_at_once_and_then_every_cohort_one()
    {
        ConcurrencyWindow w = Window("default_destination_concurrency_negative_feedback = "
            + "1/concurrency\ndefault_destination_concurrency_failed_cohort_limit = 100");
        w.Fail();
        Assert.That(w.Size, Is.EqualTo(4));
        // 1 - 1/5 is left of the step that was paid for; each failure takes a quarter of it
        w.Fail();
        w.Fail();
        w.Fail();
        Assert.That(w.Size, Is.EqualTo(4));
        w.Fail();
        Assert.That(w.Size, Is.EqualTo(3));
        for (int i = 0; i < 50; i++) w.Fail();
        Assert.That(w.Size, Is.EqualTo(1), "never none while it is not dead");
    }

    [Test]
    public void A_cohort_of_failures_in_a_row_is_death_and_a_success_between_is_not()
    {
        ConcurrencyWindow w = Window("");
        for (int i = 0; i < 3; i++) w.Fail(); // 1/5 + 1/4 + 1/3
        Assert.That((w.Size, w.IsDead), Is.EqualTo((2, false)));
        w.Succeed(20);
        Assert.That(w.FailedCohorts, Is.Zero);
        w.Fail(); // 1/3
        w.Fail(); // 1/2
        Assert.That(w.IsDead, Is.False);
        w.Fail();
        Assert.That(w.IsDead);
        w.Succeed(1);
        Assert.That(w.Size, Is.EqualTo(5), "one that was still under way got through: it lives");
    }

    [Test]
    public void Without_a_cohort_limit_nothing_dies()
    {
        ConcurrencyWindow w = Window("t_destination_concurrency_failed_cohort_limit = 0");
        for (int i = 0; i < 100; i++) w.Fail();
        Assert.That(w.Size, Is.EqualTo(1));
    }

    [Test]
    public void A_transport_has_its_own_settings()
    {
        MailConfig config = MailConfig.Parse(
            "initial_destination_concurrency = 3\nt_initial_destination_concurrency = 7\nslow_destination_rate_delay = "
            + "1s\nt_destination_rate = 10/m\n").Config;
        Assert.That(new TransportSettings(config, "t").InitialConcurrency, Is.EqualTo(7));
        Assert.That(new TransportSettings(config, "t").DestinationRate, Is.EqualTo(new RateLimit(10, TimeSpan.FromMinutes(1))));
        Assert.That(new TransportSettings(config, "u").InitialConcurrency, Is.EqualTo(3));
        TransportSettings slow = new(config, "slow");
        Assert.That((slow.ConcurrencyLimit, slow.InitialConcurrency), Is.EqualTo((1, 1)), "a pause between deliveries means one at a time");
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Tests.Unit.Qmgr;

public sealed class RateWindowTests
{
    [TestCase("100/1h", 100, 3600)]
    [TestCase("10/m", 10, 60)]
    [TestCase(" 5 / 30 ", 5, 30)]
    public void Limits_are_read(string text, int count, int seconds)
    {
        Assert.That(RateLimit.TryParse(text, out RateLimit? limit));
        Assert.That(limit, Is.EqualTo(new RateLimit(count, TimeSpan.FromSeconds(seconds))));
    }

    [TestCase("0/1h")]
    [TestCase("x/1h")]
    [TestCase("5")]
    [TestCase("5/0s")]
    [TestCase("5/1y")]
    public void Others_are_refused(string text) => Assert.That(RateLimit.TryParse(text, out _), Is.False);

    [Test]
    public void No_interval_of_the_period_holds_more_than_the_limit([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        RateLimit limit = new(random.Next(1, 20), TimeSpan.FromSeconds(random.Next(1, 100)));
        RateWindow window = new(limit);
        List<long> taken = [];
        long now = 12_345;
        for (int i = 0; i < 2000; i++)
        {
            if (random.Next(3) == 0) now += random.Next(0, (int)limit.Period.TotalMilliseconds / 2);
            long next = window.NextAt(now);
            Assert.That(next - now, Is.InRange(0, (long)(limit.Period.TotalMilliseconds * 66 / 64) + 1),
                "never longer than a period and a slice");
            now = next;
            Assert.That(window.NextAt(now), Is.EqualTo(now), "the time that was told is right");
            window.Take(now);
            taken.Add(now);
        }
        for (int i = 0; i < taken.Count; i++)
            Assert.That(taken.Skip(i).TakeWhile(t => t < taken[i] + limit.Period.TotalMilliseconds).Count(),
                Is.LessThanOrEqualTo(limit.Count));
    }

    [Test]
    public void Those_who_come_again_get_times_of_their_own()
    {
        RateWindow window = new(new RateLimit(60, TimeSpan.FromHours(1)));
        for (int i = 0; i < 60; i++) window.Take(1000);
        long first = window.Reserve(1000);
        Assert.That(first, Is.GreaterThan(3_600_000));
        for (int i = 1; i < 100; i++) Assert.That(window.Reserve(1000), Is.EqualTo(first + i * 60_000));
    }

    [Test]
    public void It_is_empty_again_in_the_end()
    {
        RateWindow window = new(new RateLimit(2, TimeSpan.FromSeconds(10)));
        window.Take(5000);
        Assert.That(window.IsEmpty(14_000), Is.False);
        Assert.That(window.IsEmpty(16_000));
        Assert.That(window.IsEmpty(1_000_000_000));
    }
}

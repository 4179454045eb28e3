using MtaSuite.Qmgr;

namespace MtaSuite.Tests.Unit.Qmgr;

public sealed class RetryCurveTests
{
    private static double Next(string text, double minutes)
    {
        Assert.That(RetryCurve.TryParse(text, out RetryCurve? curve));
        return curve!.NextWait(TimeSpan.FromMinutes(minutes))!.Value.TotalMinutes;
    }

    [TestCase(0, 5)]
    [TestCase(0.1, 4.9)]
    [TestCase(4.9, 15.1, Description = "the point at 5 minutes is as good as here")]
    [TestCase(5.2, 14.8)]
    [TestCase(20, 60)]
    [TestCase(80, 60)]
    [TestCase(200.5, 239.5, Description = "5 + 15 + 3 * 60 minutes are over: four hours, for ever")]
    [TestCase(440, 240)]
    [TestCase(439, 241)]
    [TestCase(1000, 160)]
    public void Attempts_follow_the_curve(double age, double wait) =>
        Assert.That(Next("5m 15m 1h*3 4h, give up 5d", age), Is.EqualTo(wait).Within(1e-6));

    [Test]
    public void Giving_up_alone_leaves_the_usual_waits()
    {
        Assert.That(RetryCurve.TryParse("give up 1d", out RetryCurve? curve));
        Assert.That((curve!.GiveUp, curve.NextWait(TimeSpan.Zero)), Is.EqualTo(((TimeSpan?)TimeSpan.FromDays(1), (TimeSpan?)null)));
    }

    [TestCase("")]
    [TestCase("soon")]
    [TestCase("5m give")]
    [TestCase("5m give up")]
    [TestCase("give up 1d 5m")]
    [TestCase("5m*0")]
    [TestCase("5m*x")]
    [TestCase("0s")]
    [TestCase("5m*99999")]
    public void Others_are_refused(string text) => Assert.That(RetryCurve.TryParse(text, out _), Is.False);
}

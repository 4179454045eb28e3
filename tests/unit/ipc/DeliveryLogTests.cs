using MtaSuite.Common.Mail;
using MtaSuite.Common.Ipc;

namespace MtaSuite.Tests.Unit.Ipc;

/// <summary>The delays of the log line of a delivery.</summary>
[NonParallelizable]
public sealed class DeliveryLogTests
{
    [TestCase(2, 0, "0"), TestCase(2, 4_000, "0"), TestCase(2, 34_567, "0.03"), TestCase(2, 123_456, "0.12"), TestCase(2, 1_234_567, "1.2")]
    [TestCase(2, 12_345_678, "12"), TestCase(2, 123_456_789, "123")]
    [TestCase(6, 4_000, "0.004"), TestCase(6, 34_567, "0.035"), TestCase(6, 123_456, "0.12"), TestCase(6, 123, "0.00012"),
        TestCase(6, 1, "0.000001"), TestCase(6, 1_234_567, "1.2")]
    [TestCase(3, 4_321, "0.004"), TestCase(1, 123_456, "0.1"), TestCase(1, 1_234_567, "1.2"), TestCase(0, 923_456, "1"),
        TestCase(0, 1_234_567, "1")]
    public void Digits_of_a_delay(int resolution, long microseconds, string expected)
    {
        int before = DeliveryLog.Resolution;
        DeliveryLog.Resolution = resolution;
        try { Assert.That(DeliveryLog.Seconds(microseconds), Is.EqualTo(expected)); }
        finally { DeliveryLog.Resolution = before; }
    }

    [Test]
    public void A_refusal_that_soft_bounce_made_temporary_is_told_as_one()
    {
        Outcome refused = Outcome.Bounce("5.1.1", "no");
        Assert.That((DeliveryLog.Word(refused, false), DeliveryLog.Word(refused.SoftBounce(), false),
            DeliveryLog.Word(Outcome.Defer("4.1.1", "no").SoftBounce(), false)),
            Is.EqualTo(("bounced", "SOFTBOUNCE", "deferred")));
        Assert.That(DeliveryLog.Word(refused.AsTemporary(), false), Is.EqualTo("deferred"), "made temporary for another reason");
    }
}

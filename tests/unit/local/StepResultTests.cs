using MtaSuite.Local.Expansion;

namespace MtaSuite.Tests.Unit.Local;

public sealed class StepResultTests
{
    [TestCase(new byte[] { 1, 1 }, 1), TestCase(new byte[] { 1, 2, 1 }, 2)]
    [TestCase(new byte[] { 2, 1, 1 }, 2), TestCase(new byte[] { 0, 1 }, 1)]
    public void Of_several_steps_one_that_must_be_tried_again_counts(byte[] steps, byte together) =>
        Assert.That(steps.Select(s => (StepResult)s).Aggregate(StepResults.With), Is.EqualTo((StepResult)together));
}

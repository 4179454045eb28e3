using System.Diagnostics;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>Waiting for a condition: the limit is generous, for nothing here measures time.</summary>
public static class Wait
{
    public static readonly TimeSpan Limit = TestLimits.Wait;

    public static void Until(Func<bool> condition, string what) => Until(condition, () => what);

    public static void Until(Func<bool> condition, Func<string> what)
    {
        if (!IsSoon(condition, Limit)) throw new AssertionException($"not within {Limit.TotalSeconds} s: {what()}");
    }

    /// <summary>True as soon as the condition holds; false when it never did.</summary>
    public static bool IsSoon(Func<bool> condition, TimeSpan limit)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); ; Thread.Sleep(20))
        {
            if (condition()) return true;
            if (clock.Elapsed > limit) return false;
        }
    }
}

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// How many deliveries at once a destination has earned. Successes add to a sum, and each whole one in it is a place more; failed
/// connections take from another, whose first step already costs a place, so that overload is answered at once. Apart from that, failures
/// in a row add up to cohorts (as many failures as there are places are one): after so many of them the destination is dead, whatever the
/// feedback is.
/// </summary>
internal sealed class ConcurrencyWindow(TransportSettings settings)
{
    /// <summary>Sums of fractions that are a whole number but for rounding.</summary>
    private const double Rounding = 1e-5;

    /// <summary>Deliveries at once; 0: dead.</summary>
    public int Size { get; private set; } = settings.InitialConcurrency;
    public double Successes { get; private set; }
    public double Failures { get; private set; }
    public double FailedCohorts { get; private set; }

    public bool IsDead => Size == 0;

    /// <summary>A delivery got through to the destination, whatever became of the message there.</summary>
    /// <param name="running">Deliveries under way, this one as well: places that nobody uses earn no more of them.</param>
    public void Succeed(int running)
    {
        if (IsDead)
        {
            Reset();
            return;
        }
        FailedCohorts = 0;
        if (Size >= running + settings.InitialConcurrency || (settings.ConcurrencyLimit > 0 && Size >= settings.ConcurrencyLimit)) return;
        Successes += settings.Positive.At(Size);
        while (Successes + Rounding >= 1)
        {
            Size++;
            Successes--;
            Failures = 0;
        }
        if (settings.ConcurrencyLimit > 0) Size = Math.Min(Size, settings.ConcurrencyLimit);
    }

    /// <summary>A connection or handshake failed.</summary>
    public void Fail()
    {
        if (IsDead) return;
        FailedCohorts += 1.0 / Size;
        if (settings.FailedCohortLimit > 0 && FailedCohorts + Rounding >= settings.FailedCohortLimit)
        {
            Size = 0;
            return;
        }
        Failures -= settings.Negative.At(Size);
        while (Failures + Rounding < 0)
        {
            Size--;
            Failures++;
            Successes = 0;
        }
        Size = Math.Max(Size, 1);
    }

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        Size = settings.InitialConcurrency;
        Successes = Failures = FailedCohorts = 0;
    }
}

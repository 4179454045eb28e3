namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// When a small job may overtake a large one. For every so many of its deliveries (the slot cost) a job earns a slot; another that needs as
/// many deliveries as there are slots may go first and takes the slots with it. Loan and discount let it go before all of them are earned:
/// what is missing is a debt, and nobody overtakes until it is paid. So a large job is never delayed by more than its cost allows, and a
/// single letter need not wait for a list.
/// </summary>
internal static class Preemption
{
    /// <summary>Whether <paramref name="small"/> may go in front of <paramref name="current"/> now.</summary>
    public static bool Allows(TransportSettings settings, Job current, Job small)
    {
        if (settings.SlotCost == 0 || small == current || small.IsPromoted || small.Total >= current.Total) return false;
        int most = current.Total / settings.SlotCost;
        if (most < settings.MinimumSlots || small.Total > most - current.SlotsUsed) return false;
        long earned = (long)current.Selected - (long)current.SlotsUsed * settings.SlotCost;
        long needed =
            (long)small.Total * settings.SlotCost * (100 - settings.SlotDiscount) / 100 - (long)settings.SlotLoan * settings.SlotCost;
        return needed <= earned;
    }
}

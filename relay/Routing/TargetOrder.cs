using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Routing;

/// <summary>
/// The order in which targets are tried: by preference; within one at random (RFC 5321 5.1), with the preferred address family first; and
/// so that both families are among those that will be tried at all, where the one may be unreachable from here.
/// </summary>
public sealed class TargetOrder(RouteSettings settings, Random random)
{
    public List<Target> Sort(List<Target> targets)
    {
        Target[] shuffled = [.. targets];
        if (settings.Randomize) random.Shuffle(shuffled);
        IOrderedEnumerable<Target> sorted = shuffled.OrderBy(t => t.Preference);
        if (settings.Preference != AddressPreference.Any)
            sorted = sorted.ThenBy(t => t.IsIPv6 != (settings.Preference == AddressPreference.IPv6));
        List<Target> result = [.. sorted];
        if (settings.BalanceProtocols && settings.AddressLimit > 1) Balance(result, settings.AddressLimit);
        return result;
    }

    /// <summary>
    /// When all of the first <paramref name="limit"/> are of one family, the first of the other moves to the last place among them.
    /// </summary>
    private static void Balance(List<Target> targets, int limit)
    {
        if (targets.Count <= limit || targets.FindIndex(t => t.IsIPv6 != targets[0].IsIPv6) is var other && other < limit) return;
        Target moved = targets[other];
        targets.RemoveAt(other);
        targets.Insert(limit - 1, moved);
    }
}

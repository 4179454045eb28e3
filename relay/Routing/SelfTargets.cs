using MtaSuite.Common.Mail;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Routing;

/// <summary>
/// Keeps mail from going to this machine, or back to a worse exchanger (RFC 5321 5.1: "relays must only go to better ones").
/// </summary>
internal static class SelfTargets
{
    /// <summary>
    /// Drops this machine and everything that is not better from the list. The best exchanger being this machine is a loop: mail for the
    /// destination should have been accepted here, or the configuration lacks the destination.
    /// </summary>
    /// <param name="targets">Sorted by preference.</param>
    /// <param name="defaultPort">Only where mail goes to the port at which this system receives it is it this system.</param>
    public static TargetList Prune(List<Target> targets, string domain, RouteSettings settings, bool defaultPort)
    {
        if (targets.Count == 0 || !defaultPort) return new TargetList(targets, null);
        int own = targets.Where(t => IsSelf(t, settings)).Select(t => t.Preference).DefaultIfEmpty(int.MaxValue).Min();
        if (own == int.MaxValue) return new TargetList(targets, null);
        List<Target> better = [.. targets.Where(t => t.Preference < own)];
        return better.Count > 0 ? new TargetList(better, null) { IsBackup = true } : Loop(domain);
    }

    public static TargetList Loop(string domain) =>
        TargetList.Failed(Outcome.Bounce("5.4.6", $"mail for {domain} loops back to myself")) with { IsBackup = true, IsSelf = true };

    private static bool IsSelf(Target target, RouteSettings settings) =>
        target.Host.TrimEnd('.').Equals(settings.Myhostname, StringComparison.OrdinalIgnoreCase)
        || (target.EndPoint != null && settings.OwnAddresses.Contains(target.EndPoint.Address));
}

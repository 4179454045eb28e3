using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Relay.Routing;

/// <summary>Where to try a delivery, in this order, or why there is nothing to try.</summary>
/// <param name="Failure">Null when there is at least one target.</param>
public sealed record TargetList(IReadOnlyList<Target> Targets, Outcome? Failure)
{
    /// <summary>This machine is a mail exchanger of the destination: the fall-back relay is not for it.</summary>
    public bool IsBackup { get; init; }

    /// <summary>This machine is the best mail exchanger: the mail belongs to best_mx_transport, if there is one.</summary>
    public bool IsSelf { get; init; }

    public static TargetList Failed(Outcome failure) => new([], failure);
}

/// <summary>Finds the hosts of a destination.</summary>
public interface ITargetFinder
{
    /// <summary>The targets of one nexthop. Never fails otherwise than by <see cref="TargetList.Failure"/>.</summary>
    Task<TargetList> FindAsync(Nexthop nexthop);
}

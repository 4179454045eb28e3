using MtaSuite.Common.Routing;

namespace MtaSuite.Tools.Postroute;

/// <summary>Where one final recipient of an address goes, and why.</summary>
/// <param name="Steps">What decided, in its order.</param>
internal sealed record FinalRoute(Route Route, RecipientCheck Check, string Service, IReadOnlyList<string> Hosts,
    IReadOnlyList<RouteStep> Steps);

/// <summary>What becomes of one address.</summary>
/// <param name="Standard">After rewriting and canonical tables.</param>
/// <param name="Trouble">Why it is not known; empty when it is.</param>
internal sealed record RouteReport(string Address, string Standard, string Trouble, IReadOnlyList<RouteStep> Steps,
    IReadOnlyList<FinalRoute> Finals)
{
    /// <summary>Everything would be delivered, as far as routing goes.</summary>
    public bool IsDeliverable => Trouble.Length == 0 && Finals.All(f => f.Route.IsOk && f.Check.Status == RecipientStatus.Valid);
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Qmgr;

/// <summary>Routes by the tables of main.cf. What needs no agent (a bad address, a table that does not answer) is answered here.</summary>
internal sealed class Router : IRouter
{
    private readonly RoutingCore _core;
    private readonly AddressResolver _resolver;

    public Router(MailConfig config)
    {
        _core = new RoutingCore(config);
        _resolver = new AddressResolver(_core);
        foreach (string problem in _core.Problems) Log.Warning($"{problem}");
    }

    public RouteResult Route(string sender, string recipient)
    {
        Route route = _resolver.Resolve(sender, recipient);
        if (route.Problem.Length > 0) Log.Warning($"resolve <{recipient}>: {route.Problem}");
        Outcome? outcome = route.Status switch
        {
            RouteStatus.BadAddress => Outcome.Bounce("5.1.3", "bad address syntax"),
            RouteStatus.Trouble => Outcome.Defer("4.3.0", "address resolver failure"),
            _ when route.IsDoubleBounce => Outcome.Ok("undeliverable postmaster notification discarded"),
            _ => null,
        };
        return new RouteResult(route.Transport, route.Nexthop, route.Recipient, outcome);
    }
}

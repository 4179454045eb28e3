using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Qmgr;

/// <summary>Routes by the tables of main.cf. What needs no agent (a bad address, a table that does not answer) is answered here.</summary>
internal sealed class Router : IRouter
{
    private readonly RoutingCore _core;
    private readonly AddressResolver _resolver;
    private readonly string _filterNexthop;

    /// <param name="parameters">Null: those for mail.</param>
    public Router(MailConfig config, RouteParameters? parameters = null)
    {
        _core = new RoutingCore(config);
        _resolver = new AddressResolver(_core, parameters);
        _filterNexthop = config.Get(QmgrParams.DefaultFilterNexthop);
        foreach (string problem in _core.Problems) Log.Warning($"{problem}");
    }

    public async ValueTask<RouteResult> RouteAsync(Envelope envelope, string recipient)
    {
        if (envelope.Redirect.Length > 0) recipient = envelope.Redirect;
        Route route = await _resolver.ResolveAsync(envelope.Sender, recipient);
        if (route.Problem.Length > 0) Log.Warning($"resolve <{recipient}>: {route.Problem}");
        Outcome? outcome = route.Status switch
        {
            RouteStatus.BadAddress => Outcome.Bounce("5.1.3", "bad address syntax"),
            RouteStatus.TemporaryFailure => Outcome.Defer("4.3.0", "address resolver failure"),
            _ when route.IsDoubleBounce => Outcome.Ok("undeliverable postmaster notification discarded"),
            _ => null,
        };
        if (outcome != null || envelope.Filter.Length == 0)
            return new RouteResult(route.Transport, route.Nexthop, route.Recipient, outcome);
        return Filtered(envelope.Filter, route.Recipient);
    }

    /// <summary>Through a content filter, "transport:nexthop", whatever the recipient.</summary>
    private RouteResult Filtered(string filter, string recipient)
    {
        (string transport, string nexthop) = TransportTable.Split(filter);
        if (nexthop.Length == 0) nexthop = _filterNexthop.Length > 0 ? _filterNexthop : Address.Domain(recipient).ToString();
        return new RouteResult(transport, nexthop, recipient, null);
    }
}

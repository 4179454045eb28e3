using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Qmgr;

/// <summary>Routes by the tables of main.cf. What needs no agent (a bad address, a table that does not answer) is answered here.</summary>
internal sealed class Router : IRouter
{
    private const int KnownCurves = 1000;
    private readonly RoutingCore _core;
    private readonly AddressResolver _resolver;
    private readonly Maps _retries;
    private readonly string _filterNexthop;
    private readonly Dictionary<string, RetryCurve?> _curves = new(StringComparer.Ordinal);

    /// <param name="parameters">Null: those for mail.</param>
    public Router(MailConfig config, RouteParameters? parameters = null)
    {
        _core = new RoutingCore(config);
        _resolver = new AddressResolver(_core, parameters);
        _retries = _core.OpenMaps(QmgrParams.RetryMaps);
        _filterNexthop = config.Get(QmgrParams.DefaultFilterNexthop);
        MayBlock = _core.MayBlock;
        foreach (string problem in _core.Problems) Log.Warning($"{problem}");
    }

    public bool MayBlock { get; }

    public RouteResult Route(Envelope envelope, string recipient)
    {
        if (envelope.Redirect.Length > 0) recipient = envelope.Redirect;
        Route route = _resolver.Resolve(envelope.Sender, recipient);
        if (route.Problem.Length > 0) Log.Warning($"resolve <{recipient}>: {route.Problem}");
        Outcome? outcome = route.Status switch
        {
            RouteStatus.BadAddress => Outcome.Bounce("5.1.3", "bad address syntax"),
            RouteStatus.Trouble => Outcome.Defer("4.3.0", "address resolver failure"),
            _ when route.IsDoubleBounce => Outcome.Ok("undeliverable postmaster notification discarded"),
            _ => null,
        };
        if (outcome != null || envelope.Filter.Length == 0) return new RouteResult(route.Transport, route.Nexthop, route.Recipient, outcome);
        return Filtered(envelope.Filter, route.Recipient);
    }

    /// <summary>Through a content filter, "transport:nexthop", whatever the recipient.</summary>
    private RouteResult Filtered(string filter, string recipient)
    {
        (string transport, string nexthop) = TransportTable.Split(filter);
        if (nexthop.Length == 0) nexthop = _filterNexthop.Length > 0 ? _filterNexthop : Address.Domain(recipient).ToString();
        return new RouteResult(transport, nexthop, recipient, null);
    }

    public RetryCurve? CurveOf(string recipient)
    {
        const FindBy by = FindBy.Full | FindBy.NoExtension | FindBy.Domain | FindBy.DotParents;
        if (_retries.IsEmpty) return null;
        LookupResult result = _core.Lookup.Find(_retries, recipient, by).Result;
        if (result.IsNotFound) result = _retries.Lookup("*");
        if (result.IsError) Log.Warning($"retry_maps: <{recipient}>: {result.ErrorText}");
        return result.IsFound ? Parsed(result.Value) : null;
    }

    private RetryCurve? Parsed(string text)
    {
        if (_curves.TryGetValue(text, out RetryCurve? curve)) return curve;
        if (!RetryCurve.TryParse(text, out curve)) Log.Warning($"retry_maps: bad curve \"{text}\", expected waits as in \"5m 15m 1h*3 4h, give up 5d\"");
        if (_curves.Count >= KnownCurves) _curves.Clear();
        return _curves[text] = curve;
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd;

/// <summary>Answers about addresses from the rewriting and routing tables of main.cf.</summary>
internal sealed class RoutingAddresses : IAddresses
{
    private readonly RoutingCore _core;
    private readonly AddressResolver _resolver;
    private readonly RecipientValidator _validator;
    // Several restrictions ask about the same address in a row; the same string object means the same command.
    private readonly bool _allowRouting;
    private readonly Lock _gate = new();
    private string? _lastSender, _lastAddress;
    private Route _lastRoute;

    public RoutingAddresses(MailConfig config)
    {
        _core = new RoutingCore(config);
        _resolver = new AddressResolver(_core);
        if (_core.MayBlock) Slow |= Asks.Routes;
        _allowRouting = config.Get(SmtpdParams.AllowUntrustedRouting);
        _validator = new RecipientValidator(_core);
        if (_core.MayBlock) Slow |= Asks.Recipients;
    }

    public Asks Slow { get; }

    /// <summary>What is wrong with lists and tables, for the log and check.</summary>
    public IReadOnlyList<string> Problems => _core.Problems;

    public string Complete(string address) => Resolve("", address).Recipient;

    public Destination IsAuthorizedDestination(string sender, string recipient)
    {
        Route route = Resolve(sender, recipient);
        if (route.Status == RouteStatus.Trouble)
        {
            Log.Warning($"{route.Problem}");
            return Destination.Unknown;
        }
        bool mine = route.IsOk && (_allowRouting || !route.IsSourceRouted) && (route.IsFinal || route.Class == AddressClass.Relay);
        return mine ? Destination.Authorized : Destination.Foreign;
    }

    public Destination FindDomain(string other, string address, out string domain)
    {
        Route route = Resolve(other, address);
        domain = route.Recipient[(route.Recipient.LastIndexOf('@') + 1)..];
        if (route.Status == RouteStatus.Trouble)
        {
            Log.Warning($"{route.Problem}");
            return Destination.Unknown;
        }
        return route.IsFinal ? Destination.Authorized : Destination.Foreign;
    }

    public bool IsSourceRouted(string sender, string recipient) => !_allowRouting && Resolve(sender, recipient).IsSourceRouted;

    public bool IsLocalDomain(string domain) => _core.Local.Match(domain) == MatchResult.Yes;

    public SmtpReply CheckListed(string sender, string recipient, bool isSender)
    {
        Route route = isSender ? Resolve(recipient, sender) : Resolve(sender, recipient);
        RecipientCheck check = _validator.Check(route, isSender ? sender : recipient, isSender);
        if (check.Status == RecipientStatus.Valid) return default;
        if (check.Problem.Length > 0) Log.Warning($"{check.Problem}");
        return new SmtpReply(check.Code, check.Dsn, check.Text);
    }

    public bool MayBlock(string sender, string recipient, bool isSender)
    {
        if (Slow == Asks.Nothing) return false;
        return (Slow & Asks.Routes) != 0 || _validator.MayBlock(isSender ? Resolve(recipient, sender) : Resolve(sender, recipient));
    }

    public LookupResult Find(Maps maps, string address) => _core.Lookup.Find(maps, address).Result;

    public void Forget()
    {
        lock (_gate) _lastAddress = null;
    }

    private Route Resolve(string sender, string address)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_lastAddress, address) && ReferenceEquals(_lastSender, sender)) return _lastRoute;
        }
        Route route = _resolver.Resolve(sender, address);
        lock (_gate) (_lastSender, _lastAddress, _lastRoute) = (sender, address, route);
        return route;
    }
}

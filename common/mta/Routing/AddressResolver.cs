using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Finds for each recipient its address class, transport and nexthop. Order: the class's transport, or for other domains
/// sender_dependent_default_transport_maps or default_transport; relayhost (sender_dependent_relayhost_maps first) for what leaves this
/// machine; a nexthop written with the transport in main.cf; transport_maps; relocated_maps. Several questions may be
/// under way at the same time, unless there is a trace.
/// </summary>
public sealed class AddressResolver
{
    private readonly RoutingCore _core;
    private readonly AddressNormalizer _normalizer;
    private readonly MatchList _aliasDomains, _mailboxDomains, _relayDomains;
    private readonly Maps _senderTransport, _senderRelayhost, _relocated;
    private readonly TransportTable _transports;
    private readonly (string Transport, string Nexthop) _local, _virtual, _relay, _default;
    private readonly string _relayhost, _nullTransportKey, _nullRelayhostKey, _unknownAlias;
    private readonly bool _relocatedPrefix, _allowMinus;

    private readonly RouteParameters _parameters;
    private readonly ProbeSender _probeSender;

    /// <param name="parameters">Null: those for mail.</param>
    public AddressResolver(RoutingCore core, RouteParameters? parameters = null)
    {
        _core = core;
        _normalizer = new AddressNormalizer(core);
        RouteParameters names = _parameters = parameters ?? RouteParameters.Mail;
        _probeSender = new ProbeSender(core.Config);
        MailConfig config = core.Config;
        _aliasDomains = core.OpenList(RewriteParams.VirtualAliasDomains, MatchStyle.Names);
        _mailboxDomains = core.OpenList(VirtualParams.VirtualMailboxDomains, MatchStyle.Names);
        _relayDomains = core.OpenList(RewriteParams.RelayDomains, MatchStyle.Domains);
        _senderTransport = core.OpenMaps(names.SenderTransportMaps);
        _senderRelayhost = core.OpenMaps(names.SenderRelayhostMaps);
        _relocated = core.OpenMaps(RewriteParams.RelocatedMaps);
        _transports = new TransportTable(core.OpenMaps(names.TransportMaps, allowSubstitution: false), core.Lookup,
            MatchList.ParentsMatch(config, RewriteParams.TransportMaps.Name));
        _local = TransportTable.Split(config.Get(names.LocalTransport));
        _virtual = TransportTable.Split(config.Get(names.VirtualTransport));
        _relay = TransportTable.Split(config.Get(names.RelayTransport));
        _default = TransportTable.Split(config.Get(names.DefaultTransport));
        _relayhost = config.Get(names.Relayhost);
        _nullTransportKey = config.Get(RewriteParams.EmptyAddressDefaultTransportMapsLookupKey);
        _nullRelayhostKey = config.Get(RewriteParams.EmptyAddressRelayhostMapsLookupKey);
        _unknownAlias = "5.1.1 User unknown" + (config.Get(SmtpdParams.ShowUserUnknownTableName) ? " in virtual alias table" : "");
        _relocatedPrefix = config.Get(RewriteParams.RelocatedPrefixEnable);
        _allowMinus = config.Get(PickupParams.AllowMinUser);
    }

    /// <summary>Resolves a recipient in internal form; the sender decides sender-dependent settings.</summary>
    public async ValueTask<Route> ResolveAsync(string sender, string recipient)
    {
        (MatchResult isLocal, string address) = await _normalizer.NormalizeAsync(recipient);
        if (isLocal == MatchResult.Error) return Route.TemporaryFailure(recipient, $"{RewriteParams.Mydestination.Name} lookup failure");
        string domain = address[(address.LastIndexOf('@') + 1)..];
        switch (_normalizer.CheckDomain(domain))
        {
            case DomainKind.Bad: return Route.BadAddress(recipient);
            case DomainKind.BareAddress:
                address = $"{address.AsSpan(0, address.Length - domain.Length)}[{domain}]";
                domain = $"[{domain}]";
                isLocal = await _core.Local.MatchAsync(domain);
                break;
            default: break;
        }
        if (isLocal == MatchResult.Error) return Route.TemporaryFailure(recipient, $"{RewriteParams.Mydestination.Name} lookup failure");
        return await RouteAsync(sender, recipient, address, domain, isLocal == MatchResult.Yes);
    }

    private async ValueTask<Route> RouteAsync(string sender, string recipient, string address, string domain, bool isLocal)
    {
        (AddressClass @class, string problem) = isLocal ? (AddressClass.Local, "") : await ClassOfAsync(domain);
        if (problem.Length > 0) return Route.TemporaryFailure(recipient, problem);
        RouteReasons.AddClass(_core, @class, domain);
        Hop hop = await ByClassAsync(@class, sender, domain);
        if (hop.Problem.Length == 0) RouteReasons.AddTransport(_core, @class, hop.Transport, hop.Nexthop);
        if (hop.Problem.Length == 0 && hop.Transport.Length == 0) hop = hop with { Problem = "null transport is not allowed" };
        if (hop.Problem.Length == 0 && @class != AddressClass.VirtualAlias) hop = await ByTableAsync(hop, address, domain);
        if (hop.Problem.Length == 0) hop = await RelocateAsync(hop, address);
        if (hop.Problem.Length > 0) return Route.TemporaryFailure(recipient, hop.Problem);
        // commands must not take an address for an option
        if (!_allowMinus && address[0] == '-') return Route.BadAddress(recipient);
        return new Route(RouteStatus.Ok, @class, hop.Transport, hop.Nexthop, address)
        {
            IsSourceRouted = address.AsSpan().IndexOfAny('@', '!', '%') != address.Length - domain.Length - 1,
            IsDoubleBounce = @class == AddressClass.Local && IsOurOwn(address.AsSpan(0, address.Length - domain.Length - 1)),
        };
    }

    /// <summary>Where mail goes as far as it is known.</summary>
    /// <param name="Problem">Empty, or what went wrong.</param>
    private readonly record struct Hop(string Transport, string Nexthop, string Problem = "");

    /// <summary>The sender of notices to the postmaster, and that of probes, receive no mail.</summary>
    private bool IsOurOwn(ReadOnlySpan<char> local) =>
        local.Equals(_core.DoubleBounceSender, StringComparison.OrdinalIgnoreCase)
        || _probeSender.IsTimed(local, _core.Options.Clock.GetUtcNow());

    /// <summary>The class of a domain that is not local.</summary>
    private async ValueTask<(AddressClass Class, string Problem)> ClassOfAsync(string domain)
    {
        MatchResult match = await _aliasDomains.MatchAsync(domain);
        if (match != MatchResult.No) return Matched(match, AddressClass.VirtualAlias, RewriteParams.VirtualAliasDomains);
        match = await _mailboxDomains.MatchAsync(domain);
        if (match != MatchResult.No) return Matched(match, AddressClass.VirtualMailbox, VirtualParams.VirtualMailboxDomains);
        match = await _relayDomains.MatchAsync(domain);
        return match == MatchResult.No ? (AddressClass.Default, "") : Matched(match, AddressClass.Relay, RewriteParams.RelayDomains);
    }

    private static (AddressClass, string) Matched(MatchResult match, AddressClass @class, TextParam parameter) =>
        (@class, match == MatchResult.Error ? $"{parameter.Name} lookup failure" : "");

    private async ValueTask<Hop> ByClassAsync(AddressClass @class, string sender, string domain)
    {
        switch (@class)
        {
            case AddressClass.VirtualAlias: return new(Route.ErrorTransport, _unknownAlias);
            case AddressClass.Local: return Take(_local, domain);
            case AddressClass.VirtualMailbox: return Take(_virtual, domain);
            default: break;
        }
        (string Transport, string Nexthop) chosen = @class == AddressClass.Relay ? _relay : _default;
        if (@class == AddressClass.Default && !_senderTransport.IsEmpty)
        {
            (string? found, string problem) = await BySenderAsync(_senderTransport, _parameters.SenderTransportMaps, sender,
                _nullTransportKey);
            if (problem.Length > 0) return new("", "", problem);
            if (found != null) chosen = TransportTable.Split(found);
        }
        (string nexthop, string trouble) = await RelayhostAsync(sender, domain);
        return Take(chosen, nexthop) with { Problem = trouble };
    }

    private static Hop Take((string Transport, string Nexthop) setting, string nexthop) =>
        new(setting.Transport, setting.Nexthop.Length > 0 ? setting.Nexthop : nexthop);

    /// <summary>What a table has for a sender, null where it has nothing; or what went wrong.</summary>
    private async ValueTask<(string? Value, string Problem)> BySenderAsync(Maps maps, TextParam parameter, string sender, string nullKey)
    {
        AddressMatch match = await _core.Lookup.FindAsync(maps, sender.Length > 0 ? sender : nullKey);
        if (match.IsError) return (null, $"{parameter.Name} lookup failure: {match.Result.ErrorText}");
        return (match.IsFound && !match.Value.Equals("DUNNO", StringComparison.OrdinalIgnoreCase) ? match.Value : null, "");
    }

    private async ValueTask<(string Nexthop, string Problem)> RelayhostAsync(string sender, string nexthop)
    {
        if (_relayhost.Length > 0)
        {
            nexthop = _relayhost;
            _core.Trace?.Add(RewriteParams.Relayhost.Name, "", "", $"nexthop {nexthop}");
        }
        if (_senderRelayhost.IsEmpty) return (nexthop, "");
        (string? found, string problem) = await BySenderAsync(_senderRelayhost, _parameters.SenderRelayhostMaps, sender, _nullRelayhostKey);
        return (found ?? nexthop, problem);
    }

    private async ValueTask<Hop> ByTableAsync(Hop hop, string address, string domain)
    {
        LookupResult found = await _transports.FindAsync(address);
        if (found.IsNotFound) return hop;
        if (found.IsError) return hop with { Problem = found.ErrorText };
        (string transport, string nexthop) = (hop.Transport, hop.Nexthop);
        TransportTable.Update(found.Value, domain, ref transport, ref nexthop);
        return new(transport, nexthop);
    }

    private async ValueTask<Hop> RelocateAsync(Hop hop, string address)
    {
        if (_relocated.IsEmpty) return hop;
        AddressMatch match = await _core.Lookup.FindAsync(_relocated, address);
        if (match.IsError) return hop with { Problem = $"{RewriteParams.RelocatedMaps.Name} lookup failure: {match.Result.ErrorText}" };
        if (!match.IsFound) return hop;
        bool hasStatus = DsnStatus.TryParse(match.Value, out _, out int length) && match.Value.AsSpan(length).Trim().Length > 0;
        return new(Route.ErrorTransport, _relocatedPrefix ? "5.1.6 User has moved to " + match.Value
            : hasStatus ? match.Value : "5.2.0 Mailbox is unavailable");
    }
}

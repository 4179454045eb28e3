using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// Finds for each recipient its address class, transport and nexthop. Order: the class's transport, or for other domains
/// sender_dependent_default_transport_maps or default_transport; relayhost (sender_dependent_relayhost_maps first) for what leaves this
/// machine; a nexthop written with the transport in main.cf; transport_maps; relocated_maps. Safe to ask from several
/// threads, unless somebody traces.
/// </summary>
public sealed partial class AddressResolver
{
    private readonly RoutingCore _core;
    private readonly MatchList _aliasDomains, _mailboxDomains, _relayDomains;
    private readonly Maps _senderTransport, _senderRelayhost, _relocated;
    private readonly TransportTable _transports;
    private readonly (string Transport, string Nexthop) _local, _virtual, _relay, _default;
    private readonly string _relayhost, _nullTransportKey, _nullRelayhostKey, _unknownAlias;
    private readonly bool _relocatedPrefix, _nullDomain, _numericDomain, _dequote, _allowMinus;

    private readonly RouteParameters _parameters;
    private readonly ProbeSender _probeSender;

    /// <param name="parameters">Null: those for mail.</param>
    public AddressResolver(RoutingCore core, RouteParameters? parameters = null)
    {
        _core = core;
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
        _nullDomain = config.Get(RewriteParams.ResolveNullDomain);
        _numericDomain = config.Get(RewriteParams.ResolveNumericDomain);
        _dequote = config.Get(RewriteParams.ResolveDequotedAddress);
        _allowMinus = config.Get(PickupParams.AllowMinUser);
    }

    /// <summary>Resolves a recipient in internal form; the sender decides sender-dependent settings.</summary>
    public Route Resolve(string sender, string recipient)
    {
        MatchResult isLocal = Normalize(recipient, out string address);
        if (isLocal == MatchResult.Error) return Route.Trouble(recipient, $"{RewriteParams.Mydestination.Name} lookup failure");
        string domain = address[(address.LastIndexOf('@') + 1)..];
        if (!CheckDomain(ref address, ref domain, ref isLocal)) return Route.BadAddress(recipient);
        if (isLocal == MatchResult.Error) return Route.Trouble(recipient, $"{RewriteParams.Mydestination.Name} lookup failure");

        string problem = "";
        AddressClass @class = isLocal == MatchResult.Yes ? AddressClass.Local : ClassOf(domain, ref problem);
        if (problem.Length > 0) return Route.Trouble(recipient, problem);
        ExplainClass(@class, domain);
        problem = ByClass(@class, sender, domain, out string transport, out string nexthop);
        if (problem.Length == 0) ExplainTransport(@class, transport, nexthop);
        if (problem.Length == 0 && transport.Length == 0) problem = "null transport is not allowed";
        if (problem.Length == 0 && @class != AddressClass.VirtualAlias)
            problem = _transports.Apply(address, domain, ref transport, ref nexthop);
        if (problem.Length == 0) problem = Relocate(address, ref transport, ref nexthop);
        if (problem.Length > 0) return Route.Trouble(recipient, problem);
        // commands must not take an address for an option
        if (!_allowMinus && address[0] == '-') return Route.BadAddress(recipient);
        return new Route(RouteStatus.Ok, @class, transport, nexthop, address)
        {
            IsSourceRouted = address.AsSpan().IndexOfAny('@', '!', '%') != address.Length - domain.Length - 1,
            IsDoubleBounce = @class == AddressClass.Local && IsOurOwn(address.AsSpan(0, address.Length - domain.Length - 1)),
        };
    }

    /// <summary>Nobody reads what comes to the sender of notices to the postmaster, or to one that only probes have.</summary>
    private bool IsOurOwn(ReadOnlySpan<char> local) =>
        local.Equals(_core.DoubleBounceSender, StringComparison.OrdinalIgnoreCase)
        || _probeSender.IsTimed(local, _core.Options.Clock.GetUtcNow());

    /// <summary>The class of a domain that is not local.</summary>
    private AddressClass ClassOf(string domain, ref string problem)
    {
        if (Is(_aliasDomains, RewriteParams.VirtualAliasDomains, domain, ref problem)) return AddressClass.VirtualAlias;
        if (problem.Length == 0 && Is(_mailboxDomains, VirtualParams.VirtualMailboxDomains, domain, ref problem))
            return AddressClass.VirtualMailbox;
        if (problem.Length == 0 && Is(_relayDomains, RewriteParams.RelayDomains, domain, ref problem)) return AddressClass.Relay;
        return AddressClass.Default;
    }

    private static bool Is(MatchList list, TextParam parameter, string domain, ref string problem)
    {
        MatchResult result = list.Match(domain);
        if (result == MatchResult.Error) problem = $"{parameter.Name} lookup failure";
        return result == MatchResult.Yes;
    }

    private string ByClass(AddressClass @class, string sender, string domain, out string transport, out string nexthop)
    {
        nexthop = domain;
        string problem = "";
        switch (@class)
        {
            case AddressClass.VirtualAlias:
                (transport, nexthop) = (Route.ErrorTransport, _unknownAlias);
                return "";
            case AddressClass.Local: transport = Take(_local, ref nexthop); return "";
            case AddressClass.VirtualMailbox: transport = Take(_virtual, ref nexthop); return "";
        }
        (string Transport, string Nexthop) chosen = @class == AddressClass.Relay ? _relay : _default;
        if (@class == AddressClass.Default) problem = BySender(_senderTransport, sender, _nullTransportKey, ref chosen);
        if (problem.Length == 0) problem = Relayhost(sender, ref nexthop);
        transport = Take(chosen, ref nexthop);
        return problem;
    }

    private static string Take((string Transport, string Nexthop) setting, ref string nexthop)
    {
        if (setting.Nexthop.Length > 0) nexthop = setting.Nexthop;
        return setting.Transport;
    }

    private string BySender(Maps maps, string sender, string nullKey, ref (string Transport, string Nexthop) chosen)
    {
        if (maps.IsEmpty) return "";
        AddressMatch match = _core.Lookup.Find(maps, sender.Length > 0 ? sender : nullKey);
        if (match.IsError) return $"{_parameters.SenderTransportMaps.Name} lookup failure: {match.Result.ErrorText}";
        if (match.IsFound && !match.Value.Equals("DUNNO", StringComparison.OrdinalIgnoreCase)) chosen = TransportTable.Split(match.Value);
        return "";
    }

    private string Relayhost(string sender, ref string nexthop)
    {
        if (_relayhost.Length > 0)
        {
            nexthop = _relayhost;
            _core.Trace?.Add(RewriteParams.Relayhost.Name, "", "", $"nexthop {nexthop}");
        }
        if (_senderRelayhost.IsEmpty) return "";
        AddressMatch match = _core.Lookup.Find(_senderRelayhost, sender.Length > 0 ? sender : _nullRelayhostKey);
        if (match.IsError) return $"{_parameters.SenderRelayhostMaps.Name} lookup failure: {match.Result.ErrorText}";
        if (match.IsFound && !match.Value.Equals("DUNNO", StringComparison.OrdinalIgnoreCase)) nexthop = match.Value;
        return "";
    }

    private string Relocate(string address, ref string transport, ref string nexthop)
    {
        if (_relocated.IsEmpty) return "";
        AddressMatch match = _core.Lookup.Find(_relocated, address);
        if (match.IsError) return $"{RewriteParams.RelocatedMaps.Name} lookup failure: {match.Result.ErrorText}";
        if (!match.IsFound) return "";
        transport = Route.ErrorTransport;
        bool hasStatus = DsnStatus.TryParse(match.Value, out _, out int length) && match.Value.AsSpan(length).Trim().Length > 0;
        nexthop = _relocatedPrefix ? "5.1.6 User has moved to " + match.Value : hasStatus ? match.Value : "5.2.0 Mailbox is unavailable";
        return "";
    }
}

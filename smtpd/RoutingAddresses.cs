using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Access;

namespace MtaSuite.Smtpd;

/// <summary>
/// Answers about addresses from the rewriting and routing tables of main.cf. One opens the tables; each session has one of its own over
/// them, which remembers the last route, because several restrictions of a command ask about the same address.
/// </summary>
internal sealed class RoutingAddresses : IAddresses
{
    private sealed record Tables(RoutingCore Core, AddressResolver Resolver, RecipientValidator Validator, bool AllowRouting);

    private readonly Tables _tables;
    private string? _lastSender, _lastAddress;
    private Route _lastRoute;

    public RoutingAddresses(MailConfig config)
    {
        RoutingCore core = new(config);
        _tables = new Tables(core, new AddressResolver(core), new RecipientValidator(core), config.Get(SmtpdParams.AllowUntrustedRouting));
    }

    private RoutingAddresses(Tables tables) => _tables = tables;

    /// <summary>What is wrong with lists and tables, for the log and check.</summary>
    public IReadOnlyList<string> Problems => _tables.Core.Problems;

    public IAddresses ForSession() => new RoutingAddresses(_tables);

    public async ValueTask<string> CompleteAsync(string address) => (await ResolveAsync("", address)).Recipient;

    public async ValueTask<DestinationStatus> IsAuthorizedDestinationAsync(string sender, string recipient)
    {
        Route route = await ResolveAsync(sender, recipient);
        if (route.Status == RouteStatus.TemporaryFailure)
        {
            Log.Warning($"{route.Problem}");
            return DestinationStatus.Unknown;
        }
        bool mine = route.IsOk && (_tables.AllowRouting || !route.IsSourceRouted) && (route.IsFinal || route.Class == AddressClass.Relay);
        return mine ? DestinationStatus.Authorized : DestinationStatus.Foreign;
    }

    public async ValueTask<(DestinationStatus Whose, string Domain)> FindDomainAsync(string other, string address)
    {
        Route route = await ResolveAsync(other, address);
        string domain = route.Recipient[(route.Recipient.LastIndexOf('@') + 1)..];
        if (route.Status == RouteStatus.TemporaryFailure)
        {
            Log.Warning($"{route.Problem}");
            return (DestinationStatus.Unknown, domain);
        }
        return (route.IsFinal ? DestinationStatus.Authorized : DestinationStatus.Foreign, domain);
    }

    public async ValueTask<bool> IsSourceRoutedAsync(string sender, string recipient) =>
        !_tables.AllowRouting && (await ResolveAsync(sender, recipient)).IsSourceRouted;

    public async ValueTask<Route?> RouteOfAsync(string sender, string address) =>
        await ResolveAsync(sender, address) is { IsOk: true } route ? route : null;

    public async ValueTask<bool> IsLocalDomainAsync(string domain) => await _tables.Core.Local.MatchAsync(domain) == MatchResult.Yes;

    public async ValueTask<SmtpReply> CheckListedAsync(string sender, string recipient, bool isSender)
    {
        Route route = isSender ? await ResolveAsync(recipient, sender) : await ResolveAsync(sender, recipient);
        RecipientCheck check = await _tables.Validator.CheckAsync(route, isSender ? sender : recipient, isSender);
        if (check.Status == RecipientStatus.Valid) return default;
        if (check.Problem.Length > 0) Log.Warning($"{check.Problem}");
        return new SmtpReply(check.Code, check.Dsn, check.Text);
    }

    public async ValueTask<LookupResult> FindAsync(Maps maps, string address) =>
        (await _tables.Core.Lookup.FindAsync(maps, address)).Result;

    public void Forget() => _lastAddress = _lastSender = null;

    private ValueTask<Route> ResolveAsync(string sender, string address) =>
        address == _lastAddress && sender == _lastSender ? new(_lastRoute) : ResolveAnewAsync(sender, address);

    private async ValueTask<Route> ResolveAnewAsync(string sender, string address)
    {
        Route route = await _tables.Resolver.ResolveAsync(sender, address);
        (_lastSender, _lastAddress, _lastRoute) = (sender, address, route);
        return route;
    }
}

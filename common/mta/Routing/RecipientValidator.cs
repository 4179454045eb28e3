using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>Whether a recipient is known.</summary>
public enum RecipientStatus : byte
{
    Valid,
    /// <summary>No table of the address's class has it.</summary>
    Unknown,
    /// <summary>A table could not be asked.</summary>
    Error,
}

/// <summary>
/// The answer about one address, with the reply for a client: "550 5.1.1 &lt;user@example.com&gt;: Recipient address rejected: User unknown
/// in local recipient table".
/// </summary>
public readonly record struct RecipientCheck(RecipientStatus Status, int Code, DsnStatus Dsn, string Text, Route Route)
{
    /// <summary>What went wrong, for the log.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The whole reply line without its line end; empty for a valid address.</summary>
    public string Reply => Status == RecipientStatus.Valid ? "" : $"{Code} {Dsn} {Text}";
}

/// <summary>
/// Looks for recipients (and senders) in the table of their class: local_recipient_maps, virtual_mailbox_maps, relay_recipient_maps; what
/// canonical or virtual alias tables know is valid in any class. Answers of tables are cached for seconds.
/// </summary>
public sealed class RecipientValidator
{
    private readonly RoutingCore _core;
    private readonly Maps _recipientCanonical, _senderCanonical, _canonical, _aliases, _local, _mailboxes, _relay;
    private readonly int _localCode, _aliasCode, _mailboxCode, _relayCode;
    private readonly bool _showTable;
    private readonly RecipientCache _cache;

    public RecipientValidator(RoutingCore core)
    {
        _core = core;
        _cache = new RecipientCache(core.Options.Clock);
        _recipientCanonical = core.OpenMaps(RewriteParams.RecipientCanonicalMaps);
        _senderCanonical = core.OpenMaps(RewriteParams.SenderCanonicalMaps);
        _canonical = core.OpenMaps(RewriteParams.CanonicalMaps);
        _aliases = core.OpenMaps(RewriteParams.VirtualAliasMaps);
        _local = core.OpenMaps(RewriteParams.LocalRecipientMaps);
        _mailboxes = core.OpenMaps(VirtualParams.VirtualMailboxMaps);
        _relay = core.OpenMaps(RewriteParams.RelayRecipientMaps);
        _localCode = core.Config.Get(SmtpdParams.UnknownLocalRecipientRejectCode);
        _aliasCode = core.Config.Get(SmtpdParams.UnknownVirtualAliasRejectCode);
        _mailboxCode = core.Config.Get(SmtpdParams.UnknownVirtualMailboxRejectCode);
        _relayCode = core.Config.Get(SmtpdParams.UnknownRelayRecipientRejectCode);
        _showTable = core.Config.Get(SmtpdParams.ShowUserUnknownTableName);
    }

    /// <summary>Checks an address whose route is known already.</summary>
    public async ValueTask<RecipientCheck> CheckAsync(Route route, string address, bool isSender)
    {
        if (route.Status == RouteStatus.TemporaryFailure) return Failed(route, address, route.Problem);
        if (route.Status == RouteStatus.BadAddress)
            return new(RecipientStatus.Unknown, 501, new DsnStatus(5, 1, (short)(isSender ? 7 : 3)),
                $"Bad {(isSender ? "sender" : "recipient")} address syntax", route);
        bool cached = _cache.TryGet(route.Recipient, route.Class, isSender, out bool known);
        if (!cached)
        {
            (RecipientStatus status, string problem) = await AskAsync(route, isSender);
            if (status == RecipientStatus.Error) return Failed(route, address, problem);
            known = status == RecipientStatus.Valid;
            _cache.Add(route.Recipient, route.Class, isSender, known);
        }
        if (known) return Valid(route);
        return IsRefusing(route) ? ByTransport(route, address, isSender) : NotListed(route, address, isSender);
    }

    /// <summary>Asks the rewriting tables, then the table of the class.</summary>
    private async ValueTask<(RecipientStatus Status, string Problem)> AskAsync(Route route, bool isSender)
    {
        string address = route.Recipient;
        LookupResult found = await FindAsync(_recipientCanonical, address);
        if (found.IsNotFound && isSender) found = await FindAsync(_senderCanonical, address);
        if (found.IsNotFound) found = await FindAsync(_canonical, address);
        if (found.IsNotFound) found = await FindAsync(_aliases, address);
        if (!found.IsNotFound || IsRefusing(route)) return StatusOf(found);
        Maps maps = TableOf(route).Maps;
        return maps.IsEmpty ? (RecipientStatus.Valid, "") : StatusOf(await FindAsync(maps, address));
    }

    private async ValueTask<LookupResult> FindAsync(Maps maps, string address) => (await _core.Lookup.FindAsync(maps, address)).Result;

    private static (RecipientStatus, string) StatusOf(LookupResult found) =>
        (found.IsFound ? RecipientStatus.Valid : found.IsError ? RecipientStatus.Error : RecipientStatus.Unknown, found.ErrorText);

    private (Maps Maps, int Code, string Name) TableOf(in Route route) => route.Class switch
    {
        AddressClass.Local when !route.IsDoubleBounce && !IsReserved(route.Recipient) => (_local, _localCode, "local recipient"),
        AddressClass.VirtualMailbox => (_mailboxes, _mailboxCode, "virtual mailbox"),
        AddressClass.Relay => (_relay, _relayCode, "relay recipient"),
        _ => (Maps.Empty, 0, ""),
    };

    private RecipientCheck NotListed(in Route route, string address, bool isSender)
    {
        (_, int code, string table) = TableOf(route);
        string text = "User unknown" + (_showTable ? $" in {table} table" : "");
        DsnStatus dsn = new DsnStatus(5, 1, (short)(isSender ? 0 : 1)).WithClass((byte)(code / 100));
        return new(RecipientStatus.Unknown, code, dsn, Rejected(address, isSender, text), route);
    }

    private static bool IsRefusing(in Route route) => route.Transport is Route.ErrorTransport or Route.RetryTransport;

    private RecipientCheck ByTransport(in Route route, string address, bool isSender)
    {
        bool retry = route.Transport == Route.RetryTransport;
        int code = retry ? 450 : route.Class == AddressClass.VirtualAlias ? _aliasCode : 550;
        DsnStatus dsn = new((byte)(retry ? 4 : 5), 1, (short)(isSender ? 0 : 1));
        string text = route.Nexthop;
        if (DsnStatus.TryParse(text, out DsnStatus given, out int length))
        {
            text = text[length..].TrimStart();
            dsn = ForPlace(given, isSender);
        }
        return new(RecipientStatus.Unknown, code, dsn, Rejected(address, isSender, text), route);
    }

    /// <summary>
    /// RFC 3463 3.2: X.1.1 to X.1.6 speak of destinations, X.1.7 and X.1.8 of senders. A table's status is turned to the one that fits what
    /// is refused.
    /// </summary>
    private static DsnStatus ForPlace(DsnStatus given, bool isSender)
    {
        if (given.Subject != 1) return given;
        int detail = isSender
            ? given.Detail switch { 2 or 8 => 8, 3 or 7 => 7, _ => 0 }
            : given.Detail switch { >= 1 and <= 6 => given.Detail, 7 => 3, 8 => 2, _ => 0 };
        return given with { Detail = (short)detail };
    }

    // Bounces and notices come from or go to these; they exist everywhere.
    private bool IsReserved(string address)
    {
        ReadOnlySpan<char> local = Address.Local(address);
        return local.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
            || local.Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase)
            || local.Equals(_core.DoubleBounceSender, StringComparison.OrdinalIgnoreCase);
    }

    private static RecipientCheck Valid(in Route route) => new(RecipientStatus.Valid, 250, new DsnStatus(2, 1, 5), "Ok", route);

    private static RecipientCheck Failed(in Route route, string address, string problem) =>
        new(RecipientStatus.Error, 451, new DsnStatus(4, 3, 0), $"<{address}>: Temporary lookup failure", route) { Problem = problem };

    private static string Rejected(string address, bool isSender, string text) =>
        $"<{address}>: {(isSender ? "Sender" : "Recipient")} address rejected: {text}";
}

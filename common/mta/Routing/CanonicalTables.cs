using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>Where an address stands: the names of canonical_classes and masquerade_classes.</summary>
[Flags]
public enum AddressPlace : byte
{
    None = 0,
    EnvelopeSender = 1,
    EnvelopeRecipient = 2,
    HeaderSender = 4,
    HeaderRecipient = 8,
    Sender = EnvelopeSender | HeaderSender,
}

/// <summary>
/// sender_canonical_maps or recipient_canonical_maps, then canonical_maps, then masquerading, each where its classes say so.
/// </summary>
public sealed class CanonicalTables
{
    // A table that maps addresses in circles is left after this many steps.
    private const int MaxSteps = 10;

    private readonly RoutingCore _core;
    private readonly (Maps Maps, AddressPlace Places, string Name)[] _tables;
    private readonly Masquerade _masquerade;
    private readonly AddressPlace _masqueradePlaces;

    public CanonicalTables(RoutingCore core)
    {
        _core = core;
        (Maps Maps, AddressPlace Places, string Name)[] tables =
        [
            (core.OpenMaps(RewriteParams.SenderCanonicalMaps),
                Places(core.Config, RewriteParams.SenderCanonicalClasses) & AddressPlace.Sender,
                RewriteParams.SenderCanonicalMaps.Name),
            (core.OpenMaps(RewriteParams.RecipientCanonicalMaps),
                Places(core.Config, RewriteParams.RecipientCanonicalClasses) & ~AddressPlace.Sender,
                RewriteParams.RecipientCanonicalMaps.Name),
            (core.OpenMaps(RewriteParams.CanonicalMaps), Places(core.Config, RewriteParams.CanonicalClasses),
                RewriteParams.CanonicalMaps.Name),
        ];
        _tables = Array.FindAll(tables, t => !t.Maps.IsEmpty);
        _masquerade = new Masquerade(core.Config.Get(RewriteParams.MasqueradeDomains),
            core.OpenList(RewriteParams.MasqueradeExceptions, MatchStyle.Names));
        _masqueradePlaces = _masquerade.IsEmpty ? AddressPlace.None : Places(core.Config, RewriteParams.MasqueradeClasses);
    }

    /// <summary>True when addresses at this place stay as they are.</summary>
    public bool IsIdle(AddressPlace place) => (_masqueradePlaces & place) == 0 && !Array.Exists(_tables, t => (t.Places & place) != 0);

    /// <summary>Maps an address in internal form; the same string when nothing fits.</summary>
    /// <returns>With a problem, the address is what it was before that table.</returns>
    public ValueTask<RewrittenAddress> ApplyAsync(string address, AddressPlace place) =>
        IsIdle(place) ? new(new RewrittenAddress(address)) : ApplyAllAsync(address, place);

    private async ValueTask<RewrittenAddress> ApplyAllAsync(string address, AddressPlace place)
    {
        foreach ((Maps maps, AddressPlace places, string name) in _tables)
        {
            if ((places & place) == 0) continue;
            (address, string problem) = await FollowAsync(maps, address);
            if (problem.Length > 0) return new(address, $"{name} map lookup problem for {address}: {problem}");
        }
        if ((_masqueradePlaces & place) == 0) return new(address);
        return await _masquerade.ApplyAsync(address) is { } masked ? new(masked) : new(address, "masquerade_exceptions map lookup problem");
    }

    private async ValueTask<RewrittenAddress> FollowAsync(Maps maps, string address)
    {
        for (int step = 0; step < MaxSteps && address.Length > 0; step++)
        {
            AddressMapping found = await _core.Mapper.MapAsync(maps, address, _core.PropagateCanonical);
            if (found.Status != LookupStatus.Found) return new(address, found.Error);
            bool same = found.Results[0].Equals(address, StringComparison.OrdinalIgnoreCase);
            address = found.Results[0];
            if (same) break;
        }
        return new(address);
    }

    private static AddressPlace Places(MailConfig config, TextParam parameter)
    {
        AddressPlace places = AddressPlace.None;
        foreach (string word in config.GetList(parameter))
            places |= word.ToLowerInvariant() switch
            {
                "envelope_sender" => AddressPlace.EnvelopeSender,
                "envelope_recipient" => AddressPlace.EnvelopeRecipient,
                "header_sender" => AddressPlace.HeaderSender,
                "header_recipient" => AddressPlace.HeaderRecipient,
                _ => AddressPlace.None,
            };
        return places;
    }
}

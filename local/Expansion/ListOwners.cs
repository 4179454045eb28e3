using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Expansion;

/// <summary>The owner of a mailing list.</summary>
/// <param name="Address">His address in canonical form; null: there is none.</param>
/// <param name="Problem">Why that cannot be told now; null: it can.</param>
internal readonly record struct ListOwner(string? Address, string? Problem = null);

/// <summary>The owner- companions of aliases (owner_request_special).</summary>
internal sealed class ListOwners(LocalSettings settings, AliasTables aliases, ILocalServices services)
{
    public bool AreUsed => settings.OwnerRequestSpecial && !aliases.IsEmpty;

    public ListOwner Find(string name)
    {
        if (!settings.OwnerRequestSpecial) return default;
        string address = "owner-" + name;
        LookupResult found = aliases.Find(address);
        if (found.IsError) return new ListOwner(null, found.ErrorText);
        if (!found.IsFound) return default;
        if (settings.ExpandOwnerAlias && DestinationList.Parse(found.Value) is [{ Kind: DestinationKind.Address } only, ..])
            address = only.Text;
        Resolution resolved = services.Resolve(address);
        return new ListOwner(resolved.Status == ResolutionStatus.Ok ? resolved.Address : address);
    }
}

using System.Globalization;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>Aliases: whose rights their commands have, who hears of failures, and what they stand for.</summary>
internal sealed partial class DeliveryRun
{
    /// <summary>
    /// Expands a name by the alias tables. False: it is no alias, or the alias that is being expanded already (then it means the user).
    /// </summary>
    private bool DeliverAlias(Branch branch, string name, out bool retry)
    {
        retry = false;
        if (_delivery.Aliases.IsEmpty || name.Equals(branch.ExpandedFrom, StringComparison.OrdinalIgnoreCase)) return false;
        branch = branch.Deeper() with { ExpandedFrom = name };
        LookupResult found = _delivery.Aliases.Find(name, out uint? tableOwner);
        if (found.IsNotFound) return false;
        if (found.IsError)
        {
            Warn(found.ErrorText);
            retry = Report(branch, Outcome.Defer("4.3.0", "alias database unavailable"));
            return true;
        }
        if (branch.Level > MaxLevel)
        {
            Warn($"alias database loop for {name}");
            retry = Report(branch, Outcome.Bounce("5.4.6", $"alias database loop for {name}"));
            return true;
        }
        if (!TryAliasRights(tableOwner, out UserRights rights))
        {
            string uid = tableOwner?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
            Warn($"cannot find the owner (uid {uid}) of the alias database for {name}");
            retry = Report(branch, Outcome.Defer("4.3.0", "cannot find alias database owner"));
            return true;
        }
        retry = ExpandAlias(Thaw(branch) with { Rights = rights, Source = ExpansionSource.Alias }, name, found.Value);
        return true;
    }

    /// <summary>Root's aliases have nobody's rights yet (default_privs); those of another owner have his.</summary>
    private static bool TryAliasRights(uint? owner, out UserRights rights)
    {
        rights = UserRights.None;
        if (owner == 0) return true;
        if (owner == null) return false;
        if (Accounts.Find(owner.Value, out Account? account) != AccountStatus.Found) return false;
        rights = UserRights.Of(account!);
        return true;
    }

    private bool ExpandAlias(Branch branch, string name, string value)
    {
        LookupResult lookup = FindOwner(name, out string? owner);
        if (lookup.IsError)
        {
            Warn(lookup.ErrorText);
            return Report(branch, Outcome.Defer("4.3.0", "alias database unavailable"));
        }
        if (owner != null) branch = branch with { Sender = owner, Owner = owner, IsList = true, DsnOriginal = "", Original = "" };
        else if (_settings.ResetOwnerAlias) branch = branch with { Owner = null };
        NoteExpansion(branch, isList: owner != null);
        List<Destination> destinations = DestinationList.Parse(value);
        if (destinations.Count == 0)
        {
            Warn($"no recipient in alias lookup result for {name}");
            return Report(branch, Outcome.Defer("4.3.0", "alias database unavailable"));
        }
        // RFC 3461 5.2.7.3: what the sender wished ends at a list, whose copies are the owner's
        Branch below = branch with { Notify = owner != null ? Notify.Default : WithoutSuccess(branch.Notify) };
        bool retry = false;
        foreach (Destination destination in destinations) retry |= DeliverDestination(below, destination);
        return retry;
    }

    /// <summary>The canonical address of a name's owner- companion; null when there is none.</summary>
    private LookupResult FindOwner(string name, out string? owner)
    {
        owner = null;
        if (!_settings.OwnerRequestSpecial) return LookupResult.NotFound;
        LookupResult found = _delivery.Aliases.Find("owner-" + name);
        if (!found.IsFound) return found;
        string address = "owner-" + name;
        if (_settings.ExpandOwnerAlias && DestinationList.Parse(found.Value) is [{ Kind: DestinationKind.Address } only, ..])
            address = only.Text;
        Resolution resolved = _services.Resolve(address);
        owner = resolved.Status == ResolutionStatus.Ok ? resolved.Address : address;
        return found;
    }

    /// <summary>
    /// RFC 3461 5.2.7: "expanded" for an alias, "delivered" for a list, whose redistributed copies have reports of their own.
    /// </summary>
    private void NoteExpansion(Branch branch, bool isList)
    {
        if (Action == DeliveryAction.Implied && (branch.Notify & Notify.Success) != 0)
            Action = isList ? DeliveryAction.Delivered : DeliveryAction.Expanded;
    }

    /// <summary>The success of an expansion is reported once, at the alias.</summary>
    private static Notify WithoutSuccess(Notify notify) => notify == Notify.Success ? Notify.Never : notify & ~Notify.Success;
}

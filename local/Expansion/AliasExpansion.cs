using System.Globalization;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>Aliases: what they stand for, whose rights their commands have, and who hears of failures.</summary>
internal sealed class AliasExpansion(LocalSettings settings, AliasTables aliases, ListOwners owners)
{
    private static readonly Outcome s_unavailable = Outcome.Defer("4.3.0", "alias database unavailable");

    /// <summary>
    /// Looks a name up. Not applicable: it is no alias, or the alias that is being expanded already (then it means the user).
    /// </summary>
    public Expanded<List<AliasDestination>> Expand(Branch branch, string name, DeliveryResults results)
    {
        if (aliases.IsEmpty || name.Equals(branch.ExpandedFrom, StringComparison.OrdinalIgnoreCase)) return default;
        branch = branch.Deeper() with { ExpandedFrom = name };
        LookupResult found = aliases.Find(name, out uint? tableOwner);
        if (found.IsNotFound) return default;
        if (found.IsError) return Fail(found.ErrorText, s_unavailable);
        if (branch.Level > Branch.MaxLevel)
        {
            string loop = $"alias database loop for {name}";
            return Fail(loop, Outcome.Bounce("5.4.6", loop));
        }
        if (RightsOf(tableOwner) is not { } rights)
        {
            string uid = tableOwner?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
            return Fail($"cannot find the owner (uid {uid}) of the alias database for {name}",
                Outcome.Defer("4.3.0", "cannot find alias database owner"));
        }
        branch = branch.UpdateDelivered(settings.FrozenDeliveredTo) with { Rights = rights, Source = ExpansionSource.Alias };
        return Expand(branch, name, found.Value, results);

        Expanded<List<AliasDestination>> Fail(string warning, Outcome outcome)
        {
            results.Warn(warning);
            return new Expanded<List<AliasDestination>>(results.Report(branch, outcome));
        }
    }

    /// <summary>Root's aliases have nobody's rights yet (default_privs); those of another owner have his. Null: he is not found.</summary>
    private static UserRights? RightsOf(uint? owner)
    {
        if (owner == 0) return UserRights.None;
        return owner != null && Accounts.Find(owner.Value, out Account? account) == AccountStatus.Found ? UserRights.Of(account!) : null;
    }

    private Expanded<List<AliasDestination>> Expand(Branch branch, string name, string value, DeliveryResults results)
    {
        ListOwner owner = owners.Find(name);
        if (owner.Problem != null)
        {
            results.Warn(owner.Problem);
            return new Expanded<List<AliasDestination>>(results.Report(branch, s_unavailable));
        }
        bool isList = owner.Address != null;
        if (isList)
            branch = branch with { Sender = owner.Address!, Owner = owner.Address, IsList = true, DsnOriginal = "", Original = "" };
        else if (settings.ResetOwnerAlias) branch = branch with { Owner = null };
        results.NoteExpansion(branch, isList);
        List<AliasDestination> destinations = DestinationList.Parse(value);
        if (destinations.Count == 0)
        {
            results.Warn($"no recipient in alias lookup result for {name}");
            return new Expanded<List<AliasDestination>>(results.Report(branch, s_unavailable));
        }
        // RFC 3461 5.2.7.3: the sender's NOTIFY ends at a list, whose copies are the owner's
        Branch below = isList ? branch with { Notify = Notify.Default } : branch.WithoutSuccessNotice();
        return new Expanded<List<AliasDestination>>(StepResult.Done, below, destinations);
    }
}

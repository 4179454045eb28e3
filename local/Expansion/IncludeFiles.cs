using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>:include:/path: lists of destinations in files of their own.</summary>
internal sealed class IncludeFiles(LocalSettings settings)
{
    private static readonly Outcome s_misconfigured = Outcome.Bounce("5.3.5", "mail system configuration error");

    /// <summary>Opens a list.</summary>
    public Expanded<DestinationLines> Open(Branch branch, string path, DeliveryResults results, ExpansionBudget budget)
    {
        branch = branch.Deeper() with { ExpandedFrom = branch.Local };
        if (branch.Level > Branch.MaxLevel)
            return Fail($":include: nesting limit exceeded for {path}", Outcome.Bounce("5.4.6", ":include: nesting limit exceeded"));
        if (budget.Done.Seen($"include {branch.Rights.Uid} {path}") || !budget.TakeInclude()) return new(StepResult.Done);
        if (!path.StartsWith('/')) return Fail($":include: file {path} is a relative path", s_misconfigured);
        OpenedList list = ListFile.Open(path, branch.Rights, settings.DefaultRights);
        if (list.File == null)
            return Fail($":include: file {path} {list.Problem}",
                list.IsTemporary ? Outcome.Defer("4.3.0", "cannot read an included file") : s_misconfigured);
        if (RightsFor(branch, list.Owner) is not { } rights || !budget.Fits(list.Status.Size))
        {
            list.File.Dispose();
            return budget.Exceeded != null ? new(StepResult.Done)
                : Fail($"{path}: cannot find :include: file owner username for uid {list.Owner}",
                    Outcome.Defer("4.3.5", "mail system configuration error"));
        }
        branch = branch with { Rights = rights, Source = ExpansionSource.Include, Owner = branch.Owner ?? branch.Address };
        if ((settings.PropagateExtensions & ExpansionSource.Include) == 0) branch = branch with { Unmatched = null };
        return new(StepResult.Done, branch, new DestinationLines(list.File, settings.LineLengthLimit));

        Expanded<DestinationLines> Fail(string warning, Outcome outcome)
        {
            results.Warn(warning);
            return new(results.Report(branch, outcome));
        }
    }

    /// <summary>
    /// Root's alias that includes a user's file acts with that user's rights: else he would command the default account. What a user
    /// includes leaves the rights as they are: else he would act with the rights of whoever owns the file. Null: the owner cannot be found.
    /// </summary>
    private static UserRights? RightsFor(Branch branch, uint owner)
    {
        if (branch.Rights.Uid != 0 || owner == 0) return branch.Rights;
        return Accounts.Find(owner, out Account? account) == AccountStatus.Found ? UserRights.Of(account!) : null;
    }
}

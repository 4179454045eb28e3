using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>The users' .forward files (forward_path).</summary>
internal sealed class ForwardFiles(LocalSettings settings, Accounts accounts)
{
    private readonly ForwardFileCache _cache = new(settings.Clock);

    /// <summary>
    /// Opens a user's .forward file. Not applicable: there is none, or none that counts, and the mailbox is next.
    /// </summary>
    public Expanded<DestinationLines> Open(Branch branch, DeliveryResults results, ExpansionBudget budget)
    {
        bool isPlain = branch.Extension == null;
        if (settings.ForwardPath.Count == 0 || (isPlain && _cache.HasNone(branch.User))) return default;
        AccountStatus status = accounts.Find(branch.User, out Account? account);
        if (status == AccountStatus.Unavailable) return new(results.ReportUserLookup(branch));
        // without root a stranger's file would act with our rights
        if (status == AccountStatus.Unknown || (!FileIdentity.IsPrivileged && account!.Uid != Credentials.GetEUid())) return default;
        branch = branch.UpdateDelivered(settings.FrozenDeliveredTo).Deeper() with
        { Rights = UserRights.Of(account!), Source = ExpansionSource.Forward };
        FoundFile file = Find(branch);
        if (file.Search == FileSearch.Failed)
            return new(results.Report(branch, Outcome.Defer("4.3.0", "cannot look for the user's forwarding file")));
        if (file.Search == FileSearch.None)
        {
            if (isPlain) _cache.NoteNone(branch.User);
            return default;
        }
        return Open(branch, file, results, budget);
    }

    private Expanded<DestinationLines> Open(Branch branch, FoundFile file, DeliveryResults results, ExpansionBudget budget)
    {
        // Mail for others goes out as a new message; an address of his own means his mailbox.
        branch = branch with
        {
            Owner = branch.User,
            ExpandedFrom = branch.Local,
            Unmatched = file.UsedExtension || (settings.PropagateExtensions & ExpansionSource.Forward) == 0 ? null : branch.Unmatched,
        };
        if (budget.Done.Seen("forward " + file.Path))
            return new(budget.Done.Has(DoneKey(file.Path)) || budget.Exceeded != null ? StepResult.Done : StepResult.NotApplicable);
        OpenedList list = OpenOwn(branch, file, results, budget);
        if (list.IsTemporary)
            return new(results.Report(branch, Outcome.Defer("4.3.0", "cannot read the user's forwarding file")));
        if (budget.Exceeded != null) return new(StepResult.Done);
        if (list.File == null) return default;
        return new(StepResult.Done, branch, new DestinationLines(list.File, settings.LineLengthLimit) { Path = file.Path });
    }

    /// <summary>The file was read to its end. Not applicable: it names nobody, and the mailbox is next.</summary>
    /// <param name="count">Destinations in it.</param>
    public static StepResult Finish(Expanded<DestinationLines> file, StepResult result, int count, DeliveryResults results,
        ExpansionBudget budget)
    {
        if (count == 0 && budget.Exceeded == null) return result == StepResult.Retry ? result : StepResult.NotApplicable;
        _ = budget.Done.Seen(DoneKey(file.Destinations!.Path));
        results.NoteExpansion(file.Branch!, isList: false);
        return result;
    }

    private static string DoneKey(string path) => "forward-done " + path;

    private enum FileSearch : byte { None, Found, Failed }

    private readonly record struct FoundFile(FileSearch Search, string Path = "", FileStatus Status = default,
        bool UsedExtension = false);

    /// <summary>The first file of forward_path that is there. An error that may pass does not mean that there is none.</summary>
    private FoundFile Find(Branch branch)
    {
        if (!FileIdentity.TryAssume(branch.Rights.Uid, branch.Rights.Gid, out FileIdentity identity)) return new(FileSearch.Failed);
        using (identity)
        {
            foreach (string pattern in settings.ForwardPath)
            {
                LocalMacros.Result expanded = LocalMacros.Expand(pattern, branch, settings.RecipientDelimiter, settings.ForwardFilter);
                if (expanded.Problem != null || expanded.Undefined) continue;
                if (FileStatus.TryGet(expanded.Text, out FileStatus status, follow: false))
                    return new FoundFile(FileSearch.Found, expanded.Text, status, expanded.UsedExtension);
                if (OpenedList.IsTemporaryError(Errno.Last)) return new(FileSearch.Failed);
            }
        }
        return new(FileSearch.None);
    }

    /// <summary>Opens a .forward file that nobody else could have written.</summary>
    private OpenedList OpenOwn(Branch branch, FoundFile file, DeliveryResults results, ExpansionBudget budget)
    {
        OpenedList list = file.Status.IsRegular ? ListFile.Open(file.Path, branch.Rights, settings.DefaultRights)
            : OpenedList.Refused("is not a regular file");
        bool isOwn = list.Status.Uid == 0 || list.Status.Uid == branch.Rights.Uid;
        string? problem = list.Problem ?? (isOwn ? null : $"has bad owner uid {list.Status.Uid}");
        if (problem == null && budget.Fits(list.Status.Size)) return list;
        if (problem != null) results.Warn($"file {file.Path} {problem}");
        list.File?.Dispose();
        return list with { File = null };
    }
}

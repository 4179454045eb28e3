using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// From an address to the alias, user or forwarder that takes it, and from there to each of the destinations that those name.
/// </summary>
internal sealed partial class RecipientExpansion(LocalDelivery local, DeliveryJob job, DeliveredHeaders loops, DeliveryResults results,
    ExpansionBudget budget)
{
    private readonly LocalSettings _settings = local.Settings;
    private DeferredMembers? _members;

    /// <summary>Where the expansion ends.</summary>
    public required FinalDelivery Final { private get; init; }

    /// <summary>The addresses that are forwarded to.</summary>
    public required ForwardedCopies Copies { private get; init; }

    private DeferredMembers Members => _members ??= new DeferredMembers(job, results, Copies);

    /// <summary>Delivers to an address, or to what it expands to.</summary>
    public StepResult Deliver(Branch branch, bool expand = true)
    {
        branch = branch.Deeper();
        if (branch.Level > Branch.MaxLevel)
        {
            results.Warn($"recipient nesting limit exceeded for {branch.Address}");
            return results.Report(branch, Outcome.Bounce("5.4.6", "recipient nesting limit exceeded"));
        }
        // without an expansion there is nothing to compare with, and most mail has none
        if (branch.Level > 1 && budget.Done.Seen($"recipient {branch.Level} {branch.Address}")) return StepResult.Done;
        if (loops.Contains(branch.Address))
            return results.ReportFailure(Parse(branch), Outcome.Bounce("5.4.6", $"mail forwarding loop for {branch.Address}"));
        branch = Parse(branch);
        if (branch.User.Length == 0)
            return results.Report(branch, Outcome.Bounce("5.1.3", $"null username in \"{branch.Address}\""));
        if (expand) return Expand(branch);
        // a backslash means one's own mailbox; with another user's name it must not bypass that user's .forward file
        return IsForeign(branch) ? Copies.Add(branch) : DeliverMailbox(branch);
    }

    /// <summary>True when nothing is left to try again once deferred members have messages of their own.</summary>
    public bool SettleMembers() => Members.Settle();

    /// <summary>Fills in the parts of the address. An extension with a slash, which could lead out of a directory, is dropped.</summary>
    private Branch Parse(Branch branch)
    {
        string folded = Address.Fold(branch.Address);
        Address.Split(folded, out ReadOnlySpan<char> localPart, out ReadOnlySpan<char> domain);
        string name = localPart.ToString(), user = name;
        string? extension = null;
        if (Address.SplitExtension(localPart, _settings.RecipientDelimiter, out ReadOnlySpan<char> @base, out ReadOnlySpan<char> ext))
        {
            user = @base.ToString();
            extension = ext.ToString();
            if (ext.Contains('/'))
            {
                results.Warn($"{job.Request.QueueId}: address with illegal extension: {name}");
                extension = null;
                name = user;
            }
        }
        return branch with
        {
            Local = name,
            User = user,
            Extension = extension,
            Unmatched = extension,
            Domain = domain.IsEmpty ? null : domain.ToString(),
            Delivered = branch.Delivered ?? branch.Address,
        };
    }

    /// <summary>Aliases come first, with and without extension; then whoever forwards sends out; then the user.</summary>
    private StepResult Expand(Branch branch)
    {
        StepResult result = DeliverAlias(branch with { Unmatched = null }, branch.Local);
        if (result != StepResult.NotApplicable) return result;
        if (branch.Extension != null)
        {
            bool propagate = (_settings.PropagateExtensions & ExpansionSource.Alias) != 0;
            result = DeliverAlias(branch with { Unmatched = propagate ? branch.Extension : null }, branch.User);
            if (result != StepResult.NotApplicable) return result;
        }
        // What an alias without owner lists is delivered right here. Below an owner, a .forward file or an :include: each address becomes a
        // recipient of a new message with a record of its own; who is in his own .forward file gets it into the mailbox.
        if (IsForeign(branch) || branch.Source == ExpansionSource.Include) return Copies.Add(branch);
        return DeferredMembers.IsMember(branch) ? Members.Deliver(branch, DeliverUser) : DeliverUser(branch);
    }

    private static bool IsForeign(Branch branch) =>
        branch.Owner != null && !branch.Owner.Equals(branch.User, StringComparison.OrdinalIgnoreCase);

    private StepResult DeliverAlias(Branch branch, string name)
    {
        Expanded<List<AliasDestination>> alias = local.AliasExpansion.Expand(branch, name, results);
        if (alias.Branch == null) return alias.Result;
        StepResult result = StepResult.Done;
        foreach (AliasDestination destination in alias.Destinations!)
            result = result.With(DeliverDestination(alias.Branch, destination));
        return result;
    }

    private StepResult DeliverUser(Branch branch)
    {
        if (_settings.RequireHomeDirectory && CheckHome(branch) is var problem && problem != StepResult.NotApplicable) return problem;
        StepResult forwarded = DeliverForwardFile(branch);
        return forwarded != StepResult.NotApplicable ? forwarded : DeliverMailbox(branch);
    }

    private StepResult DeliverForwardFile(Branch branch)
    {
        Expanded<DestinationLines> file = local.ForwardFiles.Open(branch, results, budget);
        if (file.Branch == null) return file.Result;
        (StepResult result, int count) = DeliverLines(file.Branch.WithoutSuccessNotice(), file.Destinations!);
        return ForwardFiles.Finish(file, result, count, results, budget);
    }

    private StepResult DeliverMailbox(Branch branch)
    {
        StepResult result = Final.ToMailbox(branch);
        return result != StepResult.NotApplicable ? result : DeliverUnknown(branch);
    }

    private StepResult DeliverUnknown(Branch branch)
    {
        if (branch.Level > 1 && budget.Done.Seen("unknown " + branch.Local)) return StepResult.Done;
        StepResult passed = Final.ToTransport(branch, _settings.FallbackTransportMaps, _settings.FallbackTransport);
        if (passed != StepResult.NotApplicable) return passed;
        Outcome unknown = Outcome.Bounce("5.1.1", $"unknown user: \"{branch.User}\"");
        if (_settings.LuserRelay.Length > 0)
        {
            string address = LocalMacros.Expand(_settings.LuserRelay, branch, _settings.RecipientDelimiter, null).Text;
            return local.Services.Resolve(address).Address.Equals(branch.Address, StringComparison.OrdinalIgnoreCase)
                ? results.Report(branch, unknown) : DeliverAddress(branch with { Unmatched = null }, address);
        }
        if (branch.User is not ("mailer-daemon" or "postmaster")) return results.Report(branch, unknown);
        results.Warn($"required alias not found: {branch.User}");
        return results.Report(branch, Outcome.Ok("discarded"));
    }

    /// <summary>require_home_directory. Not applicable: nothing is in the way.</summary>
    private StepResult CheckHome(Branch branch)
    {
        switch (local.Accounts.Find(branch.User, out Account? account))
        {
            case AccountStatus.Unknown: return StepResult.NotApplicable;
            case AccountStatus.Unavailable: return results.ReportUserLookup(branch);
        }
        if (!FileIdentity.TryAssume(account!.Uid, account.Gid, out FileIdentity identity))
            return results.Report(branch, Outcome.Defer("4.3.0", "cannot assume the user's rights"));
        string? error;
        using (identity) error = FileStatus.TryGet(account.Home, out _) ? null : Errno.Text();
        return error == null ? StepResult.NotApplicable
            : results.Report(branch, Outcome.Defer("4.3.0", $"cannot access home directory {account.Home}: {error}"));
    }
}

using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>From an address to the alias, user or forwarder that takes it.</summary>
internal sealed partial class DeliveryRun
{
    private bool DeliverRecipient(Branch branch, bool expand = true)
    {
        branch = branch.Deeper();
        if (branch.Level > MaxLevel)
        {
            Warn($"recipient nesting limit exceeded for {branch.Address}");
            return Report(branch, Outcome.Bounce("5.4.6", "recipient nesting limit exceeded"));
        }
        // without an expansion there is nothing to compare with, and most mail has none
        if (branch.Level > 1 && _done.Seen($"recipient {branch.Level} {branch.Address}")) return false;
        if (_loops!.Contains(branch.Address))
            return ReportFailure(Parse(branch), Outcome.Bounce("5.4.6", $"mail forwarding loop for {branch.Address}"));
        branch = Parse(branch);
        if (branch.User.Length == 0) return Report(branch, Outcome.Bounce("5.1.3", $"null username in \"{branch.Address}\""));
        if (expand) return Switch(branch);
        // a backslash opens one's own mailbox, not somebody else's past his own wishes
        if (IsForeign(branch)) return DeliverIndirect(branch);
        return DeliverMailbox(branch, out bool retry) ? retry : DeliverUnknown(branch);
    }

    /// <summary>Fills in the parts of the address. An extension with a slash, which could lead out of a directory, is dropped.</summary>
    private Branch Parse(Branch branch)
    {
        string folded = Address.Fold(branch.Address);
        Address.Split(folded, out ReadOnlySpan<char> localPart, out ReadOnlySpan<char> domain);
        string local = localPart.ToString(), user = local;
        string? extension = null;
        if (Address.SplitExtension(localPart, _settings.RecipientDelimiter, out ReadOnlySpan<char> @base, out ReadOnlySpan<char> ext))
        {
            user = @base.ToString();
            extension = ext.ToString();
            if (ext.Contains('/'))
            {
                Warn($"{_job.Request.QueueId}: address with illegal extension: {local}");
                extension = null;
                local = user;
            }
        }
        return branch with
        {
            Local = local,
            User = user,
            Extension = extension,
            Unmatched = extension,
            Domain = domain.IsEmpty ? null : domain.ToString(),
            Delivered = branch.Delivered ?? branch.Address,
        };
    }

    /// <summary>Aliases come first, with and without extension; then whoever forwards sends out; then the user.</summary>
    private bool Switch(Branch branch)
    {
        if (DeliverAlias(branch with { Unmatched = null }, branch.Local, out bool retry)) return retry;
        if (branch.Extension != null)
        {
            bool propagate = (_settings.PropagateExtensions & ExpansionSource.Alias) != 0;
            if (DeliverAlias(branch with { Unmatched = propagate ? branch.Extension : null }, branch.User, out retry)) return retry;
        }
        // What an alias without owner lists is delivered right here. Below an owner, a .forward file or an :include: each address becomes a
        // recipient of a new message with a record of its own; who is in his own .forward file gets it into the mailbox.
        if (IsForeign(branch)) return DeliverIndirect(branch);
        if (branch.Source == ExpansionSource.Include) return DeliverIndirect(branch);
        return IsMember(branch) ? DeliverMember(branch) : DeliverUser(branch);
    }

    private bool DeliverUser(Branch branch)
    {
        if (_settings.RequireHomeDirectory && CheckHome(branch) is { } trouble) return Report(branch, trouble);
        if (DeliverForwardFile(branch, out bool retry)) return retry;
        return DeliverMailbox(branch, out retry) ? retry : DeliverUnknown(branch);
    }

    private static bool IsForeign(Branch branch) =>
        branch.Owner != null && !branch.Owner.Equals(branch.User, StringComparison.OrdinalIgnoreCase);

    private Outcome? CheckHome(Branch branch)
    {
        switch (_delivery.Accounts.Find(branch.User, out Account? account))
        {
            case AccountStatus.Unknown: return null;
            case AccountStatus.Unavailable: return UserLookupError(branch);
        }
        if (!FileIdentity.TryAssume(account!.Uid, account.Gid, out FileIdentity identity))
            return Outcome.Defer("4.3.0", "cannot assume the user's rights");
        bool there;
        string error;
        using (identity)
        {
            there = FileStatus.TryGet(account.Home, out _);
            error = there ? "" : Errno.Text();
        }
        return there ? null : Outcome.Defer("4.3.0", $"cannot access home directory {account.Home}: {error}");
    }

    private Outcome UserLookupError(Branch branch)
    {
        Warn($"error looking up passwd info for {branch.User}");
        return Outcome.Defer("4.0.0", "user lookup error");
    }
}

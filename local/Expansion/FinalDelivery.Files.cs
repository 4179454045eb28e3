using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Expansion;

/// <summary>Mailboxes and plain files.</summary>
internal sealed partial class FinalDelivery
{
    private static readonly Outcome s_toMailbox = Outcome.Ok("delivered to mailbox");

    private StepResult ToMaildir(Branch branch, string path, bool isSpool)
    {
        if (job.IsVerifyOnly) return results.Report(branch, Outcome.Ok("delivers to maildir"));
        branch = branch.UpdateDelivered(_settings.FrozenDeliveredTo);
        // with nothing else to do for the recipient the sync may wait for others
        if (branch.Level > 1) job.Sync.MayHold = false;
        CopySpec copy = branch.CopyFor(CopyOptions.Maildir, DeliveredContext.File, _settings);
        Outcome outcome;
        using (budget.Pause()) outcome = local.Maildirs.Deliver(content, copy, path, branch.Rights, job.Sync, isSpool);
        return results.Report(branch, outcome);
    }

    /// <summary>
    /// A mailbox file. In a home directory everything is done as the user; so in a spool folder that all may write to; one that a group may
    /// write to is entered as the user with that group; in one that root alone writes to, root locks and makes the file, and it is given to
    /// the user. In another account's folder everything is done as the user too: root trusts nobody there.
    /// </summary>
    private StepResult ToMbox(Branch branch, string path, string? spool)
    {
        if (job.IsVerifyOnly) return results.Report(branch, Outcome.Ok("delivers to mailbox"));
        branch = branch.UpdateDelivered(_settings.FrozenDeliveredTo);
        (uint lockUid, uint lockGid) = (branch.Rights.Uid, branch.Rights.Gid);
        if (spool != null && FileStatus.TryGet(spool, out FileStatus folder) && folder.Uid == 0
            && (folder.Permissions & FileModes.OthersWrite) == 0)
            (lockUid, lockGid) = (folder.Permissions & FileModes.GroupWrite) != 0 ? (branch.Rights.Uid, folder.Gid) : (0u, 0u);
        MboxTarget target = new(path, branch.Rights, lockUid, lockGid) { StrictOwner = _settings.StrictOwnership };
        Outcome outcome = Append(branch, target, s_toMailbox);
        return results.Report(branch, outcome.IsOk ? outcome
            : outcome with { Text = $"cannot update mailbox {path} for user {branch.User}. {outcome.Text}" });
    }

    /// <summary>A file that an alias or .forward file names; a Maildir when it ends with a slash.</summary>
    public StepResult ToFile(Branch branch, string path)
    {
        branch = branch.Deeper();
        if (budget.Done.Seen($"file {branch.Rights.Uid} {path}")) return StepResult.Done;
        if ((_settings.AllowFiles & branch.Source) == 0)
            return results.ReportFailure(branch, Outcome.Bounce("5.7.1", "mail to file is restricted"));
        if (job.IsVerifyOnly) return results.Report(branch, Outcome.Ok($"delivers to file: {path}"));
        branch = branch with { Rights = branch.Rights.OrDefault(_settings.DefaultRights) };
        if (path.EndsWith('/')) return ToMaildir(branch, path, isSpool: false);
        MboxTarget target = new(path, branch.Rights, branch.Rights.Uid, branch.Rights.Gid) { IsPlainFile = true };
        Outcome outcome = Append(branch, target, Outcome.Ok($"delivered to file: {path}"));
        return outcome.IsOk ? results.Report(branch, outcome)
            : results.ReportFailure(branch, outcome with { Text = $"cannot append message to file {path}: {outcome.Text}" });
    }

    private Outcome Append(Branch branch, MboxTarget target, Outcome success)
    {
        CopySpec copy = branch.CopyFor(CopyOptions.Mbox, DeliveredContext.File, _settings);
        using (budget.Pause()) return local.Mboxes.Deliver(content, copy, target, job.Sync, success);
    }
}

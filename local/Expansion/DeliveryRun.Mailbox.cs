using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>The end of the way: mailboxes, plain files, other agents, and users that do not exist.</summary>
internal sealed partial class DeliveryRun
{
    private static readonly Outcome s_toMailbox = Outcome.Ok("delivered to mailbox");

    /// <summary>Delivers to a user's mailbox by whatever means are configured. False: there is no such user.</summary>
    private bool DeliverMailbox(Branch branch, out bool retry)
    {
        retry = false;
        if (branch.Level > 1 && _done.Seen("mailbox " + branch.Local)) return true;
        if (TryPass(branch, _settings.MailboxTransportMaps, _settings.MailboxTransport, out retry)) return true;
        switch (_delivery.Accounts.Find(branch.User, out Account? account))
        {
            case AccountStatus.Unknown: return false;
            case AccountStatus.Unavailable:
                retry = Report(branch, UserLookupError(branch));
                return true;
        }
        branch = branch with { Rights = UserRights.Of(account!) };
        LookupResult command = _settings.MailboxCommandMaps.LookupAsync(branch.User).Completed();
        if (command.IsError) retry = Report(branch, TableFailure(command));
        else if (command.IsFound) retry = DeliverCommand(branch, command.Value);
        else if (_settings.MailboxCommand.Length > 0) retry = DeliverCommand(branch, _settings.MailboxCommand);
        else if (_settings.HomeMailbox.EndsWith('/'))
            retry = DeliverMaildir(branch, $"{branch.Rights.Home}/{_settings.HomeMailbox}", spool: false);
        else if (_settings.HomeMailbox.Length > 0)
            retry = DeliverMbox(branch, $"{branch.Rights.Home}/{_settings.HomeMailbox}", spool: null);
        else if (_settings.MailSpoolDirectory.EndsWith('/'))
            retry = DeliverMaildir(branch, $"{_settings.MailSpoolDirectory}{branch.User}/", spool: true);
        else retry = DeliverMbox(branch, $"{_settings.MailSpoolDirectory}/{branch.User}", _settings.MailSpoolDirectory);
        return true;
    }

    private bool DeliverMaildir(Branch branch, string path, bool spool)
    {
        if (VerifyOnly) return Report(branch, Outcome.Ok("delivers to maildir"));
        branch = Thaw(branch);
        // with nothing else to do for the recipient the sync may wait for others
        if (branch.Level > 1) _job.Sync.MayHold = false;
        long start = Environment.TickCount64;
        CopySpec copy = CopyFor(branch, CopyOptions.Maildir, DeliveredContext.File);
        Outcome outcome = _delivery.Maildirs.Deliver(_content, copy, path, branch.Rights, _job.Sync, spool);
        _budget.Exclude(start);
        return Report(branch, outcome);
    }

    /// <summary>
    /// A mailbox file. In a home directory everything is done as the user; so in a spool folder that all may write to; one that a group may
    /// write to is entered as the user with that group; in one that root alone writes to, root locks and makes the file, and it is given to
    /// the user. In another account's folder everything is done as the user too: root trusts nobody there.
    /// </summary>
    private bool DeliverMbox(Branch branch, string path, string? spool)
    {
        if (VerifyOnly) return Report(branch, Outcome.Ok("delivers to mailbox"));
        branch = Thaw(branch);
        (uint lockUid, uint lockGid) = (branch.Rights.Uid, branch.Rights.Gid);
        if (spool != null && FileStatus.TryGet(spool, out FileStatus folder) && folder.Uid == 0
            && (folder.Permissions & FileModes.OthersWrite) == 0)
            (lockUid, lockGid) = (folder.Permissions & FileModes.GroupWrite) != 0 ? (branch.Rights.Uid, folder.Gid) : (0u, 0u);
        MboxTarget target = new(path, branch.Rights, lockUid, lockGid) { StrictOwner = _settings.StrictOwnership };
        Outcome outcome = Append(branch, target, s_toMailbox);
        return Report(branch, outcome.IsOk ? outcome
            : outcome with { Text = $"cannot update mailbox {path} for user {branch.User}. {outcome.Text}" });
    }

    /// <summary>A file that an alias or .forward file names; a Maildir when it ends with a slash.</summary>
    private bool DeliverFile(Branch branch, string path)
    {
        branch = branch.Deeper();
        if (_done.Seen($"file {branch.Rights.Uid} {path}")) return false;
        if ((_settings.AllowFiles & branch.Source) == 0)
            return ReportFailure(branch, Outcome.Bounce("5.7.1", "mail to file is restricted"));
        if (VerifyOnly) return Report(branch, Outcome.Ok($"delivers to file: {path}"));
        branch = branch with { Rights = branch.Rights.OrDefault(_settings.DefaultRights) };
        if (path.EndsWith('/')) return DeliverMaildir(branch, path, spool: false);
        MboxTarget target = new(path, branch.Rights, branch.Rights.Uid, branch.Rights.Gid) { IsPlainFile = true };
        Outcome outcome = Append(branch, target, Outcome.Ok($"delivered to file: {path}"));
        return outcome.IsOk ? Report(branch, outcome)
            : ReportFailure(branch, outcome with { Text = $"cannot append message to file {path}: {outcome.Text}" });
    }

    private Outcome Append(Branch branch, MboxTarget target, Outcome success)
    {
        long start = Environment.TickCount64;
        CopySpec copy = CopyFor(branch, CopyOptions.Mbox, DeliveredContext.File);
        Outcome outcome = _delivery.Mboxes.Deliver(_content, copy, target, _job.Sync, success);
        _budget.Exclude(start);
        return outcome;
    }

    /// <summary>Hands the recipient to another agent when a table or parameter names one.</summary>
    private bool TryPass(Branch branch, Maps maps, string transport, out bool retry)
    {
        retry = false;
        LookupResult found = maps.LookupAsync(branch.User).Completed();
        if (found.IsError)
        {
            retry = Report(branch, TableFailure(found));
            return true;
        }
        string target = found.IsFound ? found.Value : transport;
        if (target.Length == 0) return false;
        int colon = target.IndexOf(':');
        string name = colon < 0 ? target : target[..colon];
        string nexthop = colon < 0 || colon == target.Length - 1 ? _job.Request.Nexthop : target[(colon + 1)..];
        // the agent claims and marks the recipient; of one that this one expanded to it must not mark what the others still wait for
        bool isWhole = branch.ExpandedFrom == null;
        DeliverRecipient recipient = new()
        {
            Address = branch.Address,
            Original = branch.Original,
            DsnOriginal = branch.DsnOriginal,
            Notify = branch.Notify,
            Offset = isWhole ? _job.Recipient.Offset : RecipientClaim.NoRecord,
        };
        if (isWhole) _job.Claim?.Dispose();
        long start = Environment.TickCount64;
        RecipientOutcome passed = _services.Pass(name, nexthop, _job.Request, recipient);
        _budget.Exclude(start);
        // the recipient itself went there, not something that it expanded to: what that agent says of it is what is reported
        if (isWhole && Action == DeliveryAction.Implied && passed.Outcome.IsOk) Action = passed.Action;
        Outcome outcome = _settings.StatusFilter.ApplyAsync(passed.Outcome).Completed();
        _job.Steps.Add(new DeliveryStep(branch.Address, branch.Original, outcome, passed.Action, IsLogged: true));
        retry = outcome.IsTemporary;
        return true;
    }

    private bool DeliverUnknown(Branch branch)
    {
        if (branch.Level > 1 && _done.Seen("unknown " + branch.Local)) return false;
        if (TryPass(branch, _settings.FallbackTransportMaps, _settings.FallbackTransport, out bool retry)) return retry;
        if (_settings.LuserRelay.Length > 0) return DeliverLuserRelay(branch);
        if (branch.User is "mailer-daemon" or "postmaster")
        {
            Warn($"required alias not found: {branch.User}");
            return Report(branch, Outcome.Ok("discarded"));
        }
        return Report(branch, UnknownUser(branch));
    }

    private bool DeliverLuserRelay(Branch branch)
    {
        string address = LocalMacros.Expand(_settings.LuserRelay, branch, _settings.RecipientDelimiter, null).Text;
        Resolution resolved = _services.Resolve(address);
        return resolved.Address.Equals(branch.Address, StringComparison.OrdinalIgnoreCase)
            ? Report(branch, UnknownUser(branch))
            : DeliverAddress(branch with { Unmatched = null }, address);
    }

    private static Outcome UnknownUser(Branch branch) => Outcome.Bounce("5.1.1", $"unknown user: \"{branch.User}\"");

    private Outcome TableFailure(LookupResult result)
    {
        Warn(result.ErrorText);
        return Outcome.Defer("4.3.0", "table lookup failure");
    }
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Commands;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Delivery of one message to what a recipient was expanded to: a user's mailbox, a file, a command, or another delivery agent. Nothing is
/// expanded further here.
/// </summary>
internal sealed partial class FinalDelivery(LocalDelivery local, DeliveryJob job, MessageContent content, DeliveryResults results,
    ExpansionBudget budget)
{
    private readonly LocalSettings _settings = local.Settings;

    /// <summary>Delivers to a user's mailbox by whatever means are configured. Not applicable: there is no such user.</summary>
    public StepResult ToMailbox(Branch branch)
    {
        if (branch.Level > 1 && budget.Done.Seen("mailbox " + branch.Local)) return StepResult.Done;
        StepResult passed = ToTransport(branch, _settings.MailboxTransportMaps, _settings.MailboxTransport);
        if (passed != StepResult.NotApplicable) return passed;
        switch (local.Accounts.Find(branch.User, out Account? account))
        {
            case AccountStatus.Unknown: return StepResult.NotApplicable;
            case AccountStatus.Unavailable: return results.ReportUserLookup(branch);
        }
        branch = branch with { Rights = UserRights.Of(account!) };
        LookupResult command = _settings.MailboxCommandMaps.LookupAsync(branch.User).Completed();
        if (command.IsError) return results.ReportTable(branch, command);
        if (command.IsFound) return ToCommand(branch, command.Value);
        if (_settings.MailboxCommand.Length > 0) return ToCommand(branch, _settings.MailboxCommand);
        if (_settings.HomeMailbox.Length > 0)
        {
            string path = $"{branch.Rights.Home}/{_settings.HomeMailbox}";
            return path.EndsWith('/') ? ToMaildir(branch, path, isSpool: false) : ToMbox(branch, path, spool: null);
        }
        string spool = _settings.MailSpoolDirectory;
        return spool.EndsWith('/') ? ToMaildir(branch, $"{spool}{branch.User}/", isSpool: true)
            : ToMbox(branch, $"{spool}/{branch.User}", spool);
    }

    /// <summary>Delivers to a command of an alias, a .forward file or mailbox_command.</summary>
    public StepResult ToCommand(Branch branch, string command)
    {
        branch = branch.Deeper();
        if (budget.Done.Seen($"command {branch.User}:{branch.Rights.Uid} {command}")) return StepResult.Done;
        if (job.IsVerifyOnly) return results.Report(branch, Outcome.Ok($"delivers to command: {command}"));
        CommandSpec? spec = CommandRequest.Make(_settings, job.Request, branch, command, out string problem);
        if (spec == null)
        {
            results.Warn($"bad parameter value syntax for command_execution_directory: {problem}");
            return results.ReportFailure(branch, Outcome.Defer("4.3.5", "mail system configuration error"));
        }
        CopySpec copy = branch.CopyFor(CopyOptions.Command, DeliveredContext.Command, _settings);
        Outcome outcome;
        using (budget.Pause())
        {
            local.Services.SlowWork(begins: true);
            outcome = CommandDelivery.Run(content, copy, spec, _settings.Clock.GetLocalNow());
            local.Services.SlowWork(begins: false);
        }
        return outcome.IsOk ? results.Report(branch, outcome with { Text = $"delivered to command: {command}" })
            : results.ReportFailure(branch, outcome);
    }

    /// <summary>Hands the recipient to another agent. Not applicable: neither the table nor the parameter names one.</summary>
    public StepResult ToTransport(Branch branch, Maps maps, string transport)
    {
        LookupResult found = maps.LookupAsync(branch.User).Completed();
        if (found.IsError) return results.ReportTable(branch, found);
        string target = found.IsFound ? found.Value : transport;
        if (target.Length == 0) return StepResult.NotApplicable;
        int colon = target.IndexOf(':');
        string name = colon < 0 ? target : target[..colon];
        string nexthop = colon < 0 || colon == target.Length - 1 ? job.Request.Nexthop : target[(colon + 1)..];
        // the agent claims and marks the recipient; of one that this one expanded to it must not mark what the others still wait for
        bool isWhole = branch.ExpandedFrom == null;
        DeliverRecipient recipient = new()
        {
            Address = branch.Address,
            Original = branch.Original,
            DsnOriginal = branch.DsnOriginal,
            Notify = branch.Notify,
            Offset = isWhole ? job.Recipient.Offset : RecipientClaim.NoRecord,
        };
        if (isWhole) job.Claim?.Dispose();
        RecipientOutcome passed;
        using (budget.Pause()) passed = local.Services.Pass(name, nexthop, job.Request, recipient);
        // the recipient itself went there, not something that it expanded to: what that agent says of it is what is reported
        if (isWhole && results.Action == DeliveryAction.Implied && passed.Outcome.IsOk) results.Action = passed.Action;
        return results.NotePassed(branch, passed);
    }
}

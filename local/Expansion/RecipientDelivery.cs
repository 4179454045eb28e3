using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// The delivery to one recipient, from its address to the mailboxes, commands and other addresses that it stands for. Belongs to one
/// thread.
/// </summary>
internal static class RecipientDelivery
{
    /// <summary>Delivers, and notes each part as a step of the job.</summary>
    public static RecipientOutcome Run(LocalDelivery local, DeliveryJob job)
    {
        LocalSettings settings = local.Settings;
        MessageContent content = new(job.QueueFile, job.Request.Content);
        ExpansionBudget budget = new(settings.ExpansionLimit, settings.ListSizeLimit, settings.DuplicateFilterLimit, settings.Clock);
        DeliveryResults results = new(settings, local.Services, job, budget, local.ListOwners);
        Outcome outcome = DeliveredHeaders.TryScan(content, out DeliveredHeaders loops, out int errno)
            ? Deliver(local, job, content, loops, results, budget)
            : results.Filter(MailboxErrors.FromCopy(new CopyResult(CopyFault.Reading, errno), ""));
        return new RecipientOutcome { Offset = job.Recipient.Offset, Outcome = outcome, Action = results.Action };
    }

    private static Outcome Deliver(LocalDelivery local, DeliveryJob job, MessageContent content, DeliveredHeaders loops,
        DeliveryResults results, ExpansionBudget budget)
    {
        ForwardedCopies copies = new(local, job, results, budget.Done);
        RecipientExpansion expansion = new(local, job, loops, results, budget)
        {
            Final = new FinalDelivery(local, job, content, results, budget),
            Copies = copies,
        };
        Branch top = Start(local.Settings, job);
        StepResult result = expansion.Deliver(top);
        if (budget.Exceeded is { } limit) result = result.With(results.ReportLimit(top, limit));
        bool retry = result == StepResult.Retry && !expansion.SettleMembers();
        // a copy that went out would go out again with the next attempt
        if (!retry) copies.Send(top);
        return results.Summarize();
    }

    /// <summary>The recipient itself.</summary>
    private static Branch Start(LocalSettings settings, DeliveryJob job)
    {
        DeliverRecipient recipient = job.Recipient;
        return new Branch
        {
            Address = recipient.Address,
            Original = !settings.OriginalRecipient ? "" : recipient.Original.Length > 0 ? recipient.Original : recipient.Address,
            DsnOriginal = recipient.DsnOriginal,
            Notify = recipient.Notify,
            Sender = job.Request.Sender,
        };
    }
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// The addresses that a recipient is forwarded to. One copy of the message goes out for each Delivered-To and sender, when all
/// else went well.
/// </summary>
internal sealed class ForwardedCopies(LocalDelivery local, DeliveryJob job, DeliveryResults results, DuplicateFilter done)
{
    private readonly List<ForwardedMessage> _copies = [];

    /// <summary>Recipients so far.</summary>
    public int RecipientCount => _copies.Sum(f => f.Recipients.Count);

    /// <summary>Adds an address to the copy that it belongs to.</summary>
    public StepResult Add(Branch branch)
    {
        if (done.Seen("indirect " + branch.Address)) return StepResult.Done;
        if (job.IsVerifyOnly) return results.Report(branch, Outcome.Ok($"forwards to {branch.Address}"));
        string delivered = (local.Settings.PrependDelivered & DeliveredContext.Forward) == 0 ? ""
            : Address.Fold(branch.Delivered ?? branch.Address);
        ForwardedMessage? copy = _copies.Find(f => f.DeliveredTo == delivered && f.Sender == branch.Sender && f.IsList == branch.IsList);
        if (copy == null) _copies.Add(copy = new ForwardedMessage(job.Request, job.QueueFile, branch.Sender, delivered, branch.IsList));
        copy.Recipients.Add(new DeliverRecipient
        {
            Address = branch.Address,
            Original = branch.Original,
            DsnOriginal = branch.DsnOriginal,
            Notify = branch.Notify,
        });
        return StepResult.Done;
    }

    /// <summary>Submits the copies.</summary>
    /// <param name="top">The recipient itself, for which they are logged.</param>
    public void Send(Branch top)
    {
        foreach (ForwardedMessage copy in _copies)
        {
            Forwarded sent = local.Services.Forward(copy);
            Outcome outcome = sent.Outcome.IsOk ? Outcome.Ok($"forwarded as {sent.QueueId}") : sent.Outcome;
            results.Report(top, outcome, outcome.IsOk ? DeliveryAction.Relayed : DeliveryAction.Implied);
            if (!outcome.IsOk) return; // the next attempt sends them all
        }
    }
}

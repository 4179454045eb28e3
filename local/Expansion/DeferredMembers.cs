using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Where a recipient stands for several and some of them got the mail, or are about to, another attempt would deliver it to them again, and
/// again. So whoever is deferred is taken out of the rest.
/// </summary>
internal sealed class DeferredMembers(DeliveryJob job, DeliveryResults results, ForwardedCopies copies)
{
    /// <summary>Users below an alias nothing of whose part is done, and the steps that say why.</summary>
    private readonly List<(Branch Branch, List<DeliveryStep> Steps)> _members = [];

    /// <summary>
    /// A user who is reached through an alias, and through nobody's forwarding: a message to his address comes to him alone.
    /// </summary>
    public static bool IsMember(Branch branch) => branch is { ExpandedFrom: { } alias, Owner: null }
        && !alias.Equals(branch.Local, StringComparison.OrdinalIgnoreCase)
        && !alias.Equals(branch.User, StringComparison.OrdinalIgnoreCase);

    /// <summary>Delivers to a member, and notes it when nothing of that is done.</summary>
    public StepResult Deliver(Branch branch, Func<Branch, StepResult> deliver)
    {
        int steps = job.Steps.Count, recipients = copies.RecipientCount;
        StepResult result = deliver(branch);
        if (result == StepResult.Retry && copies.RecipientCount == recipients && job.Steps[steps..] is var own
            && own.TrueForAll(s => s.Outcome.IsTemporary))
            _members.Add((branch, own));
        return result;
    }

    /// <summary>
    /// Gives the deferred members a message of their own. For a file or a mailbox of which that can't be said a lasting failure counts as
    /// permanent: no reason to deliver to all the others for days. True when nothing is left to try again.
    /// </summary>
    public bool Settle()
    {
        if (job.IsVerifyOnly || (copies.RecipientCount == 0 && !job.Steps.Exists(s => s.Outcome.IsOk))) return false;
        if (job.Steps.Exists(s => s.Outcome is { IsTemporary: true, IsLasting: false } && !IsOfMember(s))) return false;
        foreach ((Branch branch, List<DeliveryStep> steps) in _members)
        {
            foreach (DeliveryStep step in steps) job.Steps.Remove(step);
            copies.Add(branch);
        }
        foreach (LastingFailure failure in results.Lasting)
        {
            if (!job.Steps.Remove(failure.Step)) continue;
            Outcome outcome = Outcome.Bounce(failure.Step.Outcome.Status, failure.Step.Outcome.Text);
            _ = failure.ToOwner ? results.ReportFailure(failure.Branch, outcome) : results.Report(failure.Branch, outcome);
        }
        return !job.Steps.Exists(s => s.Outcome.IsTemporary);
    }

    private bool IsOfMember(DeliveryStep step) => _members.Exists(m => m.Steps.Contains(step));
}

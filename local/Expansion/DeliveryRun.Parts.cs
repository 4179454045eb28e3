using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Where a recipient stands for several and some of them got the mail, or are about to, another attempt would deliver it to them again, and
/// again. So whoever waits is taken out of the rest.
/// </summary>
internal sealed partial class DeliveryRun
{
    /// <summary>Users below an alias nothing of whose part is done, and the steps that say why.</summary>
    private List<(Branch Branch, List<DeliveryStep> Steps)>? _waiting;
    /// <summary>Trouble that does not pass until somebody sets something right.</summary>
    private List<(DeliveryStep Step, Branch Branch, bool ToOwner)>? _lasting;

    /// <summary>
    /// A user who is reached through an alias, and through nobody's forwarding: a message to his address comes to him alone.
    /// </summary>
    private static bool IsMember(Branch branch) => branch is { ExpandedFrom: { } alias, Owner: null }
        && !alias.Equals(branch.Local, StringComparison.OrdinalIgnoreCase)
        && !alias.Equals(branch.User, StringComparison.OrdinalIgnoreCase);

    private bool DeliverMember(Branch branch)
    {
        int steps = _job.Steps.Count, copies = Copies;
        bool retry = DeliverUser(branch);
        if (retry && Copies == copies && _job.Steps[steps..] is var own && own.TrueForAll(s => s.Outcome.IsTemporary))
            (_waiting ??= []).Add((branch, own));
        return retry;
    }

    /// <summary>Recipients of messages that are to go out.</summary>
    private int Copies => _forwards.Sum(f => f.Recipients.Count);

    /// <summary>Something has to be tried again whatever else there is.</summary>
    private bool HasPassingTrouble => _job.Steps.Exists(s => s.Outcome is { IsTemporary: true, IsLasting: false });

    /// <summary>
    /// Gives those who wait a message of their own. For a file or a mailbox of which that can't be said trouble that lasts counts as
    /// permanent: no reason to deliver to all the others for days. True when nothing is left to try again.
    /// </summary>
    private bool SettleParts()
    {
        if (VerifyOnly || (_forwards.Count == 0 && !_job.Steps.Exists(s => s.Outcome.IsOk))) return false;
        if (_job.Steps.Exists(s => s.Outcome is { IsTemporary: true, IsLasting: false } && !Waits(s))) return false;
        foreach ((Branch branch, List<DeliveryStep> steps) in _waiting ?? [])
        {
            foreach (DeliveryStep step in steps) _job.Steps.Remove(step);
            DeliverIndirect(branch);
        }
        foreach ((DeliveryStep step, Branch branch, bool toOwner) in _lasting ?? [])
        {
            if (!_job.Steps.Remove(step)) continue;
            Outcome outcome = Outcome.Bounce(step.Outcome.Status, step.Outcome.Text);
            _ = toOwner ? ReportFailure(branch, outcome) : Report(branch, outcome);
        }
        return !_job.Steps.Exists(s => s.Outcome.IsTemporary);
    }

    private bool Waits(DeliveryStep step) => _waiting?.Exists(w => w.Steps.Contains(step)) == true;
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Local.Expansion;

/// <summary>A failure that stays until somebody sets something right, and the step that noted it.</summary>
internal readonly record struct LastingFailure(DeliveryStep Step, Branch Branch, bool ToOwner);

/// <summary>
/// What happened to one recipient: each delivery, with its outcome, becomes a step of the job, and the outcome of the whole follows from
/// the steps.
/// </summary>
internal sealed class DeliveryResults(LocalSettings settings, ILocalServices services, DeliveryJob job, ExpansionBudget budget,
    ListOwners owners)
{
    private List<LastingFailure>? _lasting;

    /// <summary>RFC 3464 action for the recipient where the outcome does not imply it.</summary>
    public DeliveryAction Action { get; set; }

    public IReadOnlyList<LastingFailure> Lasting => _lasting ?? [];

    /// <summary>Something has to be tried again whatever else there is.</summary>
    public bool HasPassingFailure => job.Steps.Exists(s => s.Outcome is { IsTemporary: true, IsLasting: false });

    /// <summary>Logs a warning; users can cause as many as they like, so not all are logged.</summary>
    public void Warn(string text)
    {
        if (!budget.TakeWarning()) return;
        services.Warn(text);
        if (budget.Warnings == ExpansionBudget.MaxWarnings)
            services.Warn($"{job.Request.QueueId}: no more warnings for {job.Recipient.Address}");
    }

    /// <summary>local_delivery_status_filter has the last say on an outcome.</summary>
    public Outcome Filter(Outcome outcome) => settings.StatusFilter.ApplyAsync(outcome).Completed();

    /// <summary>Notes an outcome.</summary>
    public StepResult Report(Branch branch, Outcome outcome, DeliveryAction action = DeliveryAction.Implied) =>
        Note(branch, Filter(outcome), action, toOwner: false);

    private StepResult Note(Branch branch, Outcome outcome, DeliveryAction action, bool toOwner)
    {
        DeliveryStep step = new(branch.Address, branch.Original, outcome, action);
        job.Steps.Add(step);
        if (!outcome.IsOk) _ = budget.TakeFailure();
        if (outcome is { IsTemporary: true, IsLasting: true }) (_lasting ??= []).Add(new LastingFailure(step, branch, toOwner));
        return outcome.IsTemporary ? StepResult.Retry : StepResult.Done;
    }

    /// <summary>The password database cannot be asked.</summary>
    public StepResult ReportUserLookup(Branch branch)
    {
        Warn($"error looking up passwd info for {branch.User}");
        return Report(branch, Outcome.Defer("4.0.0", "user lookup error"));
    }

    /// <summary>A table cannot be asked.</summary>
    public StepResult ReportTable(Branch branch, LookupResult failed)
    {
        Warn(failed.ErrorText);
        return Report(branch, Outcome.Defer("4.3.0", "table lookup failure"));
    }

    /// <summary>
    /// Notes a failure below an alias. Where the alias has an owner- companion that one is told instead of the sender, who can't do
    /// anything about a list.
    /// </summary>
    public StepResult ReportFailure(Branch branch, Outcome outcome)
    {
        outcome = Filter(outcome);
        if (!outcome.IsPermanent || job.IsVerifyOnly || !owners.AreUsed)
            return Note(branch, outcome, DeliveryAction.Implied, toOwner: true);
        ListOwner owner = branch.IsList ? new ListOwner(branch.Sender) : owners.Find(branch.Local);
        if (owner is { Address: null, Problem: null }) owner = owners.Find(branch.User);
        if (owner.Problem != null) return Report(branch, Outcome.Defer("4.3.0", "alias database unavailable"));
        if (owner.Address == null) return Note(branch, outcome, DeliveryAction.Implied, toOwner: false);
        DeliverRecipient recipient =
            new() { Address = branch.Address, Original = branch.Original, Notify = branch.Notify, Offset = job.Recipient.Offset };
        bool told = services.TryNotifyOwner(job.Request, recipient, owner.Address, outcome);
        job.Steps.Add(new DeliveryStep(branch.Address, branch.Original, outcome, ToOwner: told));
        return StepResult.Done;
    }

    /// <summary>Another agent delivered to what the recipient expanded to, and logged it.</summary>
    public StepResult NotePassed(Branch branch, RecipientOutcome passed)
    {
        Outcome outcome = Filter(passed.Outcome);
        job.Steps.Add(new DeliveryStep(branch.Address, branch.Original, outcome, passed.Action, IsLogged: true));
        return outcome.IsTemporary ? StepResult.Retry : StepResult.Done;
    }

    /// <summary>
    /// RFC 3461 5.2.7: "expanded" for an alias, "delivered" for a list, whose redistributed copies have reports of their own.
    /// </summary>
    public void NoteExpansion(Branch branch, bool isList)
    {
        if (Action == DeliveryAction.Implied && (branch.Notify & Notify.Success) != 0)
            Action = isList ? DeliveryAction.Delivered : DeliveryAction.Expanded;
    }

    /// <summary>
    /// RFC 3463 X.2.4: what a recipient stands for is too much. Once somebody has got the mail, another attempt would give it to him again:
    /// the rest then fails.
    /// </summary>
    public StepResult ReportLimit(Branch branch, string limit)
    {
        services.Warn($"{job.Request.QueueId}: expansion of {branch.Address} stopped: {limit}");
        bool anyDone = job.Steps.Exists(s => s.Outcome.IsOk);
        return Report(branch, Outcome.Defer("4.2.4", $"expansion stopped: {limit}") with { IsLasting = anyDone });
    }

    /// <summary>One outcome out of the steps: temporary failures first, then permanent ones, then success.</summary>
    public Outcome Summarize()
    {
        Outcome? permanent = null, ok = null;
        foreach (DeliveryStep step in job.Steps)
        {
            if (step.Outcome.IsTemporary) return step.Outcome;
            if (step.Outcome.IsPermanent && !step.ToOwner) permanent ??= step.Outcome;
            else if (step.Outcome.IsOk) ok ??= step.Outcome;
        }
        return permanent ?? ok ?? Outcome.Ok("alias expanded");
    }
}

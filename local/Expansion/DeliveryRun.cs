using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// The delivery to one recipient, from its address to the mailboxes, commands and other addresses that it stands for. The methods answer
/// whether something has to be tried again; what happened is noted as steps. Belongs to one thread.
/// </summary>
internal sealed partial class DeliveryRun
{
    private const int MaxLevel = 100;

    private readonly LocalDelivery _delivery;
    private readonly LocalSettings _settings;
    private readonly ILocalServices _services;
    private readonly DeliveryJob _job;
    private readonly MessageContent _content;
    private readonly ExpansionBudget _budget;
    private readonly DuplicateFilter _done;
    private readonly List<ForwardedMessage> _forwards = [];
    private DeliveredHeaders? _loops;

    public DeliveryRun(LocalDelivery delivery, DeliveryJob job)
    {
        _delivery = delivery;
        _settings = delivery.Settings;
        _services = delivery.Services;
        _job = job;
        _content = new MessageContent(job.QueueFile, job.Request.Content);
        _budget = new ExpansionBudget(_settings.ExpansionLimit, _settings.ListSizeLimit);
        _done = new DuplicateFilter(_settings.DuplicateFilterLimit, _budget);
    }

    /// <summary>RFC 3464 action for the recipient where the outcome does not imply it.</summary>
    public DeliveryAction Action { get; private set; }

    private bool VerifyOnly => (_job.Request.Flags & MessageFlags.VerifyOnly) != 0;

    public Outcome Execute()
    {
        DeliverRecipient recipient = _job.Recipient;
        if (!DeliveredHeaders.TryScan(_content, out DeliveredHeaders loops, out int errno))
            return _settings.StatusFilter.ApplyAsync(MailboxErrors.FromCopy(new CopyResult(CopyFault.Reading, errno), "")).Completed();
        _loops = loops;
        Branch branch = new()
        {
            Address = recipient.Address,
            Original = !_settings.OriginalRecipient ? "" : recipient.Original.Length > 0 ? recipient.Original : recipient.Address,
            DsnOriginal = recipient.DsnOriginal,
            Notify = recipient.Notify,
            Sender = _job.Request.Sender,
        };
        bool retry = DeliverRecipient(branch);
        if (_budget.Exceeded is { } limit) retry |= ReportLimit(branch, limit);
        retry = retry && !SettleParts();
        // a copy that went out would go out again with the next attempt
        if (!retry) SendForwards(branch);
        return Summarize();
    }

    /// <summary>
    /// RFC 3463 X.2.4: what a recipient stands for is too much. Once somebody has got the mail, another attempt would give it to him again:
    /// the rest then fails.
    /// </summary>
    private bool ReportLimit(Branch branch, string limit)
    {
        _services.Warn($"{_job.Request.QueueId}: expansion of {branch.Address} stopped: {limit}");
        bool anyDone = _job.Steps.Exists(s => s.Outcome.IsOk);
        return Report(branch, Outcome.Defer("4.2.4", $"expansion stopped: {limit}") with { IsLasting = anyDone });
    }

    /// <summary>Logs a warning; users can cause as many as they like, so not all are logged.</summary>
    private void Warn(string text)
    {
        if (!_budget.TakeWarning()) return;
        _services.Warn(text);
        if (_budget.Warnings == ExpansionBudget.MaxWarnings)
            _services.Warn($"{_job.Request.QueueId}: no more warnings for {_job.Recipient.Address}");
    }

    /// <summary>Notes a result; true when it is a reason to try again.</summary>
    private bool Report(Branch branch, Outcome outcome, DeliveryAction action = DeliveryAction.Implied) =>
        Note(branch, _settings.StatusFilter.ApplyAsync(outcome).Completed(), action);

    private bool Note(Branch branch, Outcome outcome, DeliveryAction action = DeliveryAction.Implied, bool toOwner = false)
    {
        DeliveryStep step = new(branch.Address, branch.Original, outcome, action);
        _job.Steps.Add(step);
        if (!outcome.IsOk) _ = _budget.TakeFailure();
        if (outcome is { IsTemporary: true, IsLasting: true }) (_lasting ??= []).Add((step, branch, toOwner));
        return outcome.IsTemporary;
    }

    /// <summary>
    /// Notes a failure below an alias. Where the alias has an owner- companion that one is told instead of the sender, who can't do
    /// anything about a list.
    /// </summary>
    private bool ReportFailure(Branch branch, Outcome outcome)
    {
        outcome = _settings.StatusFilter.ApplyAsync(outcome).Completed();
        if (!outcome.IsPermanent || VerifyOnly || !_settings.OwnerRequestSpecial || _delivery.Aliases.IsEmpty)
            return Note(branch, outcome, toOwner: true);
        string? owner = null;
        if (branch.IsList) owner = branch.Sender;
        else if (FindOwner(branch.Local, out owner) is { IsError: true }
            || (owner == null && FindOwner(branch.User, out owner) is { IsError: true }))
            return Report(branch, Outcome.Defer("4.3.0", "alias database unavailable"));
        if (owner == null) return Note(branch, outcome);
        DeliverRecipient recipient =
            new() { Address = branch.Address, Original = branch.Original, Notify = branch.Notify, Offset = _job.Recipient.Offset };
        bool told = _services.TryNotifyOwner(_job.Request, recipient, owner, outcome);
        _job.Steps.Add(new DeliveryStep(branch.Address, branch.Original, outcome, ToOwner: told));
        return false;
    }

    /// <summary>One outcome out of the steps: trouble that can pass first, then lasting trouble, then success.</summary>
    private Outcome Summarize()
    {
        Outcome? permanent = null, ok = null;
        foreach (DeliveryStep step in _job.Steps)
        {
            if (step.Outcome.IsTemporary) return step.Outcome;
            if (step.Outcome.IsPermanent && !step.ToOwner) permanent ??= step.Outcome;
            else if (step.Outcome.IsOk) ok ??= step.Outcome;
        }
        return permanent ?? ok ?? Outcome.Ok("alias expanded");
    }

    private CopySpec CopyFor(Branch branch, CopyOptions options, DeliveredContext context)
    {
        if ((_settings.PrependDelivered & context) == 0) options &= ~CopyOptions.DeliveredTo;
        return new CopySpec(branch.Sender, branch.Original, branch.Delivered ?? branch.Address, options);
    }

    /// <summary>From here on Delivered-To names the address that the branch stands at, where it is not frozen.</summary>
    private Branch Thaw(Branch branch) => _settings.FrozenDeliveredTo ? branch : branch with { Delivered = branch.Address };
}

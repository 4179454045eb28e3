using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Expansion;

/// <summary>The items of aliases and .forward files.</summary>
internal sealed partial class DeliveryRun
{
    /// <summary>False, and nothing is done, once a limit is met: the whole recipient is then deferred.</summary>
    private bool DeliverDestination(Branch branch, Destination destination) => _budget.TakeDestination() && Dispatch(branch, destination);

    private bool Dispatch(Branch branch, Destination destination) => destination.Kind switch
    {
        DestinationKind.File => DeliverFile(branch, destination.Text),
        DestinationKind.HomeFile => DeliverHomeFile(branch, destination.Text),
        DestinationKind.Include => DeliverInclude(branch, destination.Text),
        DestinationKind.Command when (_settings.AllowCommands & branch.Source) == 0 =>
            Report(branch, Outcome.Bounce("5.7.1", "mail to command is restricted")),
        DestinationKind.Command => DeliverCommand(branch, destination.Text),
        _ => DeliverAddress(branch, destination.Text, expand: destination.Kind != DestinationKind.Mailbox),
    };

    /// <summary>"~/file": only for a user, and only in his own home.</summary>
    private bool DeliverHomeFile(Branch branch, string path)
    {
        if (path.StartsWith('/') && branch.Rights.Home != null)
            return DeliverFile(branch, branch.Rights.Home == "/" ? path : branch.Rights.Home + path);
        Warn($"bad or unknown home directory for: ~{path}");
        return Report(branch, Outcome.Bounce("5.3.5", "mail system configuration error"));
    }

    /// <summary>An address: expanded further when it is one of ours, else for the copy that goes out.</summary>
    private bool DeliverAddress(Branch branch, string text, bool expand = true)
    {
        Resolution resolved = _services.Resolve(text);
        if (resolved.Status == ResolutionStatus.Unavailable) return Report(branch, Outcome.Defer("4.3.0", "address resolver failure"));
        if (resolved.Status == ResolutionStatus.BadSyntax)
            return Report(branch, Outcome.Bounce("5.1.3", $"bad recipient address syntax: {text}"));
        branch = branch with { Address = WithExtension(branch, resolved.Address) };
        return resolved.Transport == _delivery.Transport ? DeliverRecipient(branch, expand) : DeliverIndirect(branch);
    }

    private static string WithExtension(Branch branch, string address)
    {
        if (branch.Unmatched == null) return address;
        int at = address.LastIndexOf('@');
        return address.Insert(at < 0 ? address.Length : at, branch.Delimiter + branch.Unmatched);
    }

    /// <summary>Adds the address to the copy for its Delivered-To and sender; the copies are sent when all else went well.</summary>
    private bool DeliverIndirect(Branch branch)
    {
        if (_done.Seen("indirect " + branch.Address)) return false;
        if (VerifyOnly) return Report(branch, Outcome.Ok($"forwards to {branch.Address}"));
        string delivered = (_settings.PrependDelivered & DeliveredContext.Forward) == 0 ? ""
            : Address.Fold(branch.Delivered ?? branch.Address);
        ForwardedMessage? copy = _forwards.Find(f => f.DeliveredTo == delivered && f.Sender == branch.Sender && f.IsList == branch.IsList);
        if (copy == null) _forwards.Add(copy = new ForwardedMessage(_job.Request, _job.QueueFile, branch.Sender, delivered, branch.IsList));
        copy.Recipients.Add(new DeliverRecipient
        {
            Address = branch.Address,
            Original = branch.Original,
            DsnOriginal = branch.DsnOriginal,
            Notify = branch.Notify,
        });
        return false;
    }

    private void SendForwards(Branch top)
    {
        foreach (ForwardedMessage copy in _forwards)
        {
            Forwarded sent = _services.Forward(copy);
            Outcome outcome = sent.Outcome.IsOk ? Outcome.Ok($"forwarded as {sent.QueueId}") : sent.Outcome;
            Report(top, outcome, outcome.IsOk ? DeliveryAction.Relayed : DeliveryAction.Implied);
            if (!outcome.IsOk) return; // the next attempt sends them all
        }
    }
}

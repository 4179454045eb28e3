using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;
using MtaSuite.Local.Commands;
using MtaSuite.Local.Expansion;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Pipe;

/// <summary>Delivery to the command of a pipe service: one run for all recipients of a request.</summary>
public sealed class PipeDelivery(PipeSettings settings, Action<string> warn)
{
    private const int MaxShownOutput = 100;

    /// <summary>Delivers; one outcome for each recipient, all alike.</summary>
    /// <param name="queueFile">Descriptor of the queue file, open for reading; stays the caller's.</param>
    public List<RecipientOutcome> Deliver(DeliverRequest request, int queueFile)
    {
        if (request.Recipients.Count == 0) return [];
        Outcome outcome = settings.StatusFilter.ApplyAsync(Run(request, queueFile)).Completed();
        DeliveryAction action = !outcome.IsOk ? DeliveryAction.Implied
            : settings.IsFinal ? DeliveryAction.Delivered : DeliveryAction.Relayed;
        return [.. request.Recipients.Select(r => new RecipientOutcome { Offset = r.Offset, Outcome = outcome, Action = action })];
    }

    private Outcome Run(DeliverRequest request, int queueFile)
    {
        foreach ((CopyOptions option, char flag) in (ReadOnlySpan<(CopyOptions, char)>)[(CopyOptions.DeliveredTo, 'D'),
            (CopyOptions.OriginalTo, 'O')])
        {
            if ((settings.Copy & option) == 0 || request.Recipients.Count == 1) continue;
            warn($"pipe flag `{flag}' requires {settings.Service}_destination_recipient_limit = 1");
            return Outcome.Defer("4.3.5", "mail system configuration error");
        }
        if (settings.SizeLimit > 0 && request.Content.Length > settings.SizeLimit)
            return Outcome.Bounce("5.2.3", "message too large") with { Code = 552 };
        if ((request.Flags & MessageFlags.VerifyOnly) != 0) return Outcome.Ok($"delivers to command: {settings.Command[0]}");
        MessageContent content = new(queueFile, request.Content);
        if ((settings.Copy & CopyOptions.DeliveredTo) != 0)
        {
            if (!DeliveredHeaders.TryScan(content, out DeliveredHeaders loops, out int errno))
                return MailboxErrors.FromCopy(new CopyResult(CopyFault.Reading, errno), "");
            if (loops.Contains(request.Recipients[0].Address))
                return Outcome.Bounce("5.4.6", $"mail forwarding loop for {request.Recipients[0].Address}");
        }
        List<string>? arguments = PipeArguments.Expand(settings, request, out string? problem);
        if (arguments == null)
        {
            warn($"service {settings.Service}: {problem}");
            return Outcome.Defer("4.3.5", "mail system configuration error");
        }
        return Finish(CommandDelivery.Run(content, CopyFor(request), SpecFor(arguments), settings.Clock.GetLocalNow()));
    }

    private CopySpec CopyFor(DeliverRequest request)
    {
        DeliverRecipient first = request.Recipients[0];
        string sender = request.Sender.Length > 0 ? request.Sender : settings.NullSender;
        string original = first.Original.Length > 0 ? first.Original : first.Address;
        return new CopySpec(sender, original, first.Address, settings.Copy, settings.EndOfLine);
    }

    private CommandSpec SpecFor(List<string> arguments) => new()
    {
        Display = arguments[0],
        Candidates = [arguments],
        Rights = settings.Rights,
        Environment = new CommandEnvironment(null).Export(settings.ExportEnvironment).Values,
        Directory = settings.Directory,
        ChRoot = settings.ChRoot,
        TimeLimit = settings.TimeLimit,
    };

    private Outcome Finish(Outcome outcome)
    {
        if (!outcome.IsOk) return outcome;
        string printed = outcome.Diagnostic.Length > MaxShownOutput ? outcome.Diagnostic[..MaxShownOutput] : outcome.Diagnostic;
        return outcome with { Text = $"delivered via {settings.Service} service" + (printed.Length > 0 ? $" ({printed})" : "") };
    }
}

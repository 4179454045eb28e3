using System.Buffers;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>A recipient's outcome that needed no delivery agent.</summary>
/// <param name="Action">Expanded: an alias that stands in the envelope for the others.</param>
internal readonly record struct EarlyOutcome(DeliverRecipient Recipient, Outcome Outcome, DeliveryAction Action = DeliveryAction.Implied);

/// <summary>Routes recipients and makes the jobs of the scheduler from them.</summary>
/// <param name="probes">Routes address probes.</param>
internal sealed class RecipientJobs(QmgrSettings settings, IRouter router, ProbeReports probes, Scheduler scheduler, RecipientBudget budget)
{
    /// <summary>
    /// Finds the routes of all recipients, at once where no table has to wait for its answers. The array is from the shared pool, with a
    /// route for each recipient that needs one.
    /// </summary>
    public async ValueTask<RouteResult[]> RouteAsync(QueuedMessage message, Part part)
    {
        IRouter own = message.IsProbe ? probes.Router : router;
        RouteResult[] routes = ArrayPool<RouteResult>.Shared.Rent(part.Recipients.Count);
        for (int i = 0; i < part.Recipients.Count; i++)
        {
            EnvelopeRecipient recipient = part.Recipients[i];
            if (recipient.Done || IsExpanded(recipient)) continue;
            routes[i] = await own.RouteAsync(message.Envelope, recipient.Address);
            if (message.Envelope.Redirect.Length > 0) break; // the first one is the only one
        }
        return routes;
    }

    /// <summary>
    /// Makes jobs of a part of the recipients, as many as the transports have room for in memory. The new ones are at the end of the
    /// message's jobs.
    /// </summary>
    /// <returns>Recipients that have their outcomes already; null: none has.</returns>
    public List<EarlyOutcome>? Make(QueuedMessage message, Part part, RouteResult[] routes, int firstJob)
    {
        List<EarlyOutcome>? early = null;
        List<EnvelopeRecipient> recipients = part.Recipients;
        for (int i = 0; i < recipients.Count; i++)
        {
            EnvelopeRecipient recipient = recipients[i];
            if (recipient.Done) continue;
            message.Pending++;
            DeliverRecipient target = TargetOf(message, recipient);
            if (IsExpanded(recipient))
            {
                // RFC 3461 5.2.7.3: the sender hears of the alias itself that it was expanded
                target.Notify &= ~Notify.Expanded;
                (early ??= []).Add(new EarlyOutcome(target, Outcome.Ok("alias expanded"), DeliveryAction.Expanded));
                continue;
            }
            if (FindOutcome(message, routes[i], out Transport transport) is { } outcome)
            {
                if (routes[i].Outcome == null) target.Address = routes[i].Recipient;
                (early ??= []).Add(new EarlyOutcome(target, outcome));
            }
            else if (!TryAdd(message, target, routes[i], transport, firstJob))
            {
                message.Pending--;
                budget.Shorten(message, part, i, transport);
                break;
            }
            if (message.Envelope.Redirect.Length == 0) continue;
            // one copy for all goes to one address (REDIRECT), and its outcome is the message's
            message.Remaining = null;
            break;
        }
        return early;
    }

    /// <summary>Adds a recipient to a job; false when its transport has no room in memory.</summary>
    private static bool TryAdd(QueuedMessage message, DeliverRecipient target, RouteResult route, Transport transport, int firstJob)
    {
        target.Address = route.Recipient;
        Job job = JobOf(message, transport, firstJob);
        if (!job.TryReserve()) return false;
        job.Add(transport.DestinationOf(route.Nexthop, target.Address), target);
        return true;
    }

    /// <summary>The outcome of a recipient that cannot be delivered to now; null: it can.</summary>
    private Outcome? FindOutcome(QueuedMessage message, RouteResult route, out Transport transport)
    {
        transport = null!;
        if (route.Outcome != null) return route.Outcome;
        transport = scheduler.Find(route.Transport);
        return scheduler.Unavailable(transport, message.Forced);
    }

    /// <summary>What it stands for is in the envelope by itself; nothing is delivered to it.</summary>
    private static bool IsExpanded(EnvelopeRecipient recipient) => (recipient.Notify & Notify.Expanded) != 0;

    /// <summary>A recipient as agents and logs get it.</summary>
    public DeliverRecipient TargetOf(QueuedMessage message, EnvelopeRecipient recipient) => new()
    {
        Offset = recipient.Offset,
        Address = recipient.Address,
        Original = recipient.Original,
        DsnOriginal = recipient.DsnOriginal,
        Notify = message.Envelope.Warned ? NotifyRules.AfterDelayNotice(recipient.Notify, settings.ConfirmDelayCleared) : recipient.Notify,
    };

    /// <param name="first">Jobs before this are of parts that were read earlier.</param>
    private static Job JobOf(QueuedMessage message, Transport transport, int first)
    {
        for (int i = first; i < message.Jobs.Count; i++)
            if (message.Jobs[i].Transport == transport) return message.Jobs[i];
        Job job = transport.NewJob(message);
        message.Jobs.Add(job);
        return job;
    }
}

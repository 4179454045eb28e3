using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages under delivery. A message is activated, its recipients become deliveries, and when the last one has its outcome the round is
/// concluded: failures are logged and marked, notices sent, then the message is removed or deferred. Of a message with very many recipients
/// a part is in memory at a time (<see cref="RecipientBudget"/>).
/// </summary>
internal sealed partial class ActiveQueue : IScheduled
{
    private readonly EventLoop _loop;
    private readonly QmgrSettings _settings;
    private readonly IRouter _router;
    private readonly Scheduler _scheduler;
    private readonly QueueFiles _files;
    private readonly NoticeClient _notices;
    private readonly RecipientBudget _budget;
    private readonly Dictionary<string, QueuedMessage> _messages = new(StringComparer.Ordinal);

    public ActiveQueue(EventLoop loop, QmgrSettings settings, IRouter router, QueueFiles files, NoticeClient notices, Func<IScheduled,
        Scheduler> makeScheduler)
    {
        (_loop, _settings, _router, _files, _notices) = (loop, settings, router, files, notices);
        _budget = new RecipientBudget(settings);
        _scheduler = makeScheduler(this);
    }

    public int Count => _messages.Count;

    public IEnumerable<QueuedMessage> Messages => _messages.Values;

    public Scheduler Scheduler => _scheduler;

    public bool Contains(string id) => _messages.ContainsKey(id);

    /// <summary>
    /// A message was not delivered to everybody: it lies in deferred and wants to be tried at this time (microseconds since 1970).
    /// </summary>
    public Action<QueuedMessage, long> Deferred { get; set; } = (_, _) => { };

    /// <summary>A message is out of the active queue.</summary>
    public Action<QueuedMessage> Left { get; set; } = _ => { };

    /// <summary>When recipients are tried again that have curves of their own; null: there are none.</summary>
    public RetryMaps? Retries { get; init; }

    /// <summary>The sites that one may ask for.</summary>
    public required FlushSites Sites { get; init; }

    /// <summary>Begins a round for a message.</summary>
    public void Activate(QueuedMessage message)
    {
        _messages[message.Id] = message;
        message.ActiveMicroseconds = QueueId.Microseconds(_loop.Time);
        Envelope e = message.Envelope;
        LogLine.Info(message.Id).Address("from", e.Sender).Field("size", message.Content.Length).Field("nrcpt", e.Recipients.Count)
            .Remark("queue active").Send();
        _budget.Take(message, e.Recipients, isEnd: true);
        Deliver(message, new Part(e.Recipients, -1));
    }

    /// <summary>
    /// Sets recipients on their way. Of a message with a rest the list is empty then: their deliveries have what is needed of them.
    /// </summary>
    private void Deliver(QueuedMessage message, Part part)
    {
        message.Pending++; // this call itself, so that the round cannot end before all jobs are made
        if ((message.Envelope.Flags & MessageFlags.ForceExpire) == 0) RouteAsync(message, part).Detach();
        else
        {
            Expire(message, part.Recipients);
            Begun(message, 1);
        }
    }

    /// <summary>
    /// Finds the routes of all recipients, which is done at once where no table has to wait for its answers; then makes the deliveries. A
    /// message that waits for a table holds up no other one.
    /// </summary>
    private async Task RouteAsync(QueuedMessage message, Part part)
    {
        message.UnderWay++;
        IRouter router = RouterFor(message);
        RouteResult[] routes = ArrayPool<RouteResult>.Shared.Rent(part.Recipients.Count);
        for (int i = 0; i < part.Recipients.Count; i++)
        {
            EnvelopeRecipient recipient = part.Recipients[i];
            if (recipient.Done || IsExpanded(recipient)) continue;
            routes[i] = await router.RouteAsync(message.Envelope, recipient.Address);
            if (message.Envelope.Redirect.Length > 0) break; // the first one is the only one
        }
        MakeJobs(message, part, routes);
        ArrayPool<RouteResult>.Shared.Return(routes, clearArray: true);
        message.UnderWay--;
        Begun(message, 1);
    }

    /// <param name="routes">One for each recipient that needs one.</param>
    private void MakeJobs(QueuedMessage message, Part part, RouteResult[] routes)
    {
        List<EnvelopeRecipient> recipients = part.Recipients;
        message.Jobs.RemoveAll(j => j.Recipients == 0);
        int before = message.Jobs.Count;
        for (int i = 0; i < recipients.Count; i++)
        {
            EnvelopeRecipient recipient = recipients[i];
            if (recipient.Done) continue;
            message.Pending++;
            if (IsExpanded(recipient))
            {
                NoteExpansion(message, recipient);
                continue;
            }
            if (!TryPlace(message, part, i, routes[i], before)) break;
        }
        if (message.Rest != null)
        {
            _budget.Set(message, message.Pending - 1);
            recipients.Clear();
            recipients.TrimExcess();
        }
        if (!_stopped && CrowdOf(message) is { } crowded) Park(message, crowded);
        else foreach (Job made in message.Jobs.GetRange(before, message.Jobs.Count - before)) _scheduler.Submit(made);
    }

    /// <summary>Gives a recipient to a job, or its outcome. False: the part ends here.</summary>
    /// <param name="first">Jobs before this are of parts that were read earlier.</param>
    private bool TryPlace(QueuedMessage message, Part part, int index, RouteResult route, int first)
    {
        DeliverRecipient target = TargetOf(message, part.Recipients[index]);
        if (route.Outcome != null)
        {
            Settle(message, target, route.Outcome);
            return GoesOn(message);
        }
        target.Address = route.Recipient;
        Transport transport = _scheduler.Find(route.Transport);
        if (_scheduler.Unavailable(transport, message.Forced) is { } outcome)
        {
            Settle(message, target, outcome);
            return GoesOn(message);
        }
        Job job = JobOf(message, transport, first);
        if (!job.TryReserve())
        {
            message.Pending--;
            _budget.Shorten(message, part, index, transport);
            return false;
        }
        job.Add(transport.DestinationOf(route.Nexthop, target.Address), target);
        return GoesOn(message);
    }

    /// <summary>Other recipients follow. Not with REDIRECT: one copy for all goes to one address, and its outcome is the message's.</summary>
    private static bool GoesOn(QueuedMessage message)
    {
        if (message.Envelope.Redirect.Length == 0) return true;
        message.Rest = null;
        return false;
    }

    /// <summary>Recipients are on their way, and the caller's hold on the round ends.</summary>
    private void Begun(QueuedMessage message, int count)
    {
        if (message.Rest is { } rest)
        {
            (rest.IsFilling, rest.FilledAt) = (false, _loop.NowMilliseconds);
            if (message.Jobs is [.., { Transport: var transport }]) Refill(message, transport);
        }
        End(message, count);
    }

    /// <summary>What it stands for is in the envelope by itself; nothing is delivered to it.</summary>
    private static bool IsExpanded(EnvelopeRecipient recipient) => (recipient.Notify & Notify.Expanded) != 0;

    private DeliverRecipient TargetOf(QueuedMessage message, EnvelopeRecipient recipient) => new()
    {
        Offset = recipient.Offset,
        Address = recipient.Address,
        Original = recipient.Original,
        DsnOriginal = recipient.DsnOriginal,
        Notify = message.Envelope.Warned ? NotifyRules.AfterDelayNotice(recipient.Notify, _settings.ConfirmDelayCleared) : recipient.Notify,
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

    private void Remove(QueuedMessage message)
    {
        message.IsConcluding = true;
        if (_settings.DontRemove) SaveAsync(message).Detach();
        else _files.Remove(message.Folder, message.Id, message.Unsynced, () => Leave(message));
    }

    private async Task SaveAsync(QueuedMessage message)
    {
        await _files.SaveAsync(message.Folder, message.Id, message.Unsynced);
        Leave(message);
    }

    private void Leave(QueuedMessage message)
    {
        _budget.Return(message);
        _messages.Remove(message.Id);
        Left(message);
    }

    /// <summary>Deliveries that run now.</summary>
    public int Running => _scheduler.Running.Count;

    public void Revive() => _scheduler.Revive();
}

using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages under delivery. A message is activated, its recipients become jobs, and when the last one has its outcome the round is
/// concluded: failures are logged and marked, notices sent, then the message is removed or deferred.
/// </summary>
internal sealed partial class ActiveQueue
{
    private readonly EventLoop _loop;
    private readonly QmgrSettings _settings;
    private readonly IRouter _router;
    private readonly Scheduler _scheduler;
    private readonly QueueFiles _files;
    private readonly NoticeClient _notices;
    private readonly Dictionary<string, QueuedMessage> _messages = new(StringComparer.Ordinal);

    public ActiveQueue(EventLoop loop, QmgrSettings settings, IRouter router, QueueFiles files, NoticeClient notices,
        Func<Action<Job, List<RecipientOutcome>>, Action<Job, Outcome>, Scheduler> makeScheduler)
    {
        (_loop, _settings, _router, _files, _notices) = (loop, settings, router, files, notices);
        _scheduler = makeScheduler(Delivered, Failed);
    }

    public int Count => _messages.Count;

    public IEnumerable<QueuedMessage> Messages => _messages.Values;

    public bool Contains(string id) => _messages.ContainsKey(id);

    /// <summary>A message was not delivered to everybody: it lies in deferred and wants to be tried at this time (microseconds since 1970).</summary>
    public Action<string, long> Deferred { get; set; } = (_, _) => { };

    /// <summary>A message is out of the active queue.</summary>
    public Action<string> Left { get; set; } = _ => { };

    /// <summary>Begins a round for a message.</summary>
    public void Activate(QueuedMessage message)
    {
        _messages[message.Id] = message;
        message.ActiveMicroseconds = QueueId.Microseconds(_loop.Time);
        Envelope e = message.Envelope;
        LogLine.Info(message.Id).Address("from", e.Sender).Field("size", message.ContentLength).Field("nrcpt", e.Recipients.Count)
            .Remark("queue active").Send();
        message.Pending = 1; // this loop itself, so that the round cannot end before all jobs are made
        if (IsExpired(message) && (e.Flags & MessageFlags.ForceExpire) != 0) Expire(message);
        else MakeJobs(message);
        Settle(message, 1);
    }

    private void MakeJobs(QueuedMessage message)
    {
        List<Job> jobs = [];
        foreach (EnvelopeRecipient recipient in message.Envelope.Recipients)
        {
            if (recipient.Done) continue;
            message.Pending++;
            RouteResult route = _router.Route(message.Envelope.Sender, recipient.Address);
            DeliverRecipient target = new()
            {
                Offset = recipient.Offset,
                Address = route.Outcome == null ? route.Recipient : recipient.Address,
                Original = recipient.Original,
                DsnOriginal = recipient.DsnOriginal,
                Notify = recipient.Notify,
            };
            if (route.Outcome != null)
            {
                Settle(message, target, route.Outcome);
                continue;
            }
            Transport transport = _scheduler.Find(route.Transport);
            if (_scheduler.Unavailable(transport) is { } outcome) Settle(message, target, outcome);
            else AddToJob(jobs, message, transport.DestinationOf(route.Nexthop, target.Address), target);
        }
        foreach (Job job in jobs) _scheduler.Enqueue(job);
    }

    private static void AddToJob(List<Job> jobs, QueuedMessage message, Destination destination, DeliverRecipient recipient)
    {
        int limit = destination.Transport.RecipientLimit;
        Job? job = jobs.FindLast(j => j.Destination == destination && (limit == 0 || j.Recipients.Count < limit));
        if (job == null) jobs.Add(job = new Job(message, destination));
        job.Recipients.Add(recipient);
    }

    // ---- outcomes --------------------------------------------------------------------------------------------------

    private void Delivered(Job job, List<RecipientOutcome> outcomes)
    {
        for (int i = 0; i < outcomes.Count; i++) Note(job.Message, job.Recipients[i], outcomes[i].Outcome, outcomes[i].Action);
        Settle(job.Message, outcomes.Count);
    }

    private void Failed(Job job, Outcome outcome)
    {
        foreach (DeliverRecipient recipient in job.Recipients) Settle(job.Message, recipient, outcome);
    }

    /// <summary>An outcome that no agent logged.</summary>
    private void Settle(QueuedMessage message, DeliverRecipient recipient, Outcome outcome)
    {
        if (_settings.SoftBounce) outcome = outcome.Soften();
        long now = QueueId.Microseconds(_loop.Time);
        DeliveryLog.Write(message.MakeRequest("", ""), recipient, outcome, "none", message.ActiveMicroseconds, now, now);
        Note(message, recipient, outcome, "");
        Settle(message, 1);
    }

    private void Note(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, string action)
    {
        Envelope e = message.Envelope;
        if (!NotifyRules.TryChooseLog(recipient.Notify, e.Flags, outcome.Kind, out LogFolder folder)) return;
        BounceRecipient entry = new()
        {
            Offset = recipient.Offset,
            Address = recipient.Address,
            Original = recipient.Original,
            DsnOriginal = recipient.DsnOriginal,
            Notify = recipient.Notify,
            Outcome = outcome,
            Action = action,
            TimeMicroseconds = QueueId.Microseconds(_loop.Time),
        };
        (folder switch { LogFolder.Bounce => message.Failed, LogFolder.Defer => message.Deferred, _ => message.Reported }).Add(entry);
    }

    private void Settle(QueuedMessage message, int count)
    {
        message.Pending -= count;
        if (message.Pending > 0) return;
        if (message.Failed.Count + message.Deferred.Count + message.Reported.Count == 0 && !message.MayHaveLogs) Remove(message);
        else ConcludeAsync(message).Detach();
    }

    private void Remove(QueuedMessage message) => _files.Remove(message.Folder, message.Id, () => Leave(message));

    private void Leave(QueuedMessage message)
    {
        _messages.Remove(message.Id);
        Left(message.Id);
    }

    public void Stop() => _scheduler.Stop();

    /// <summary>Deliveries that run now.</summary>
    public int Running => _scheduler.Running;

    public void Revive() => _scheduler.Revive();

    public void Close() => _scheduler.Close();
}

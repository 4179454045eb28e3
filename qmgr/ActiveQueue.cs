using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages under delivery. A message is activated, its recipients become jobs of the scheduler, and when the last one has its outcome the
/// round is concluded: failures are logged and marked, notices sent, then the message is removed or deferred. Of a message with very many
/// recipients a part is in memory at a time (<see cref="RecipientBudget"/>).
/// </summary>
internal sealed partial class ActiveQueue : IScheduled
{
    private readonly EventLoop _loop;
    private readonly QmgrSettings _settings;
    private readonly Scheduler _scheduler;
    private readonly QueueFiles _files;
    private readonly RecipientBudget _budget;
    private readonly RecipientJobs _jobs;
    private readonly RetrySchedule _schedule;
    private readonly RoundReports _reports;
    private readonly DestinationShares _shares;
    private readonly ProbeReports _probes;
    private readonly Dictionary<string, QueuedMessage> _messages = new(StringComparer.Ordinal);
    private bool _stopped;

    public ActiveQueue(EventLoop loop, QmgrSettings settings, QueueFiles files, NoticeClient notices, RetrySchedule schedule,
        (IRouter Mail, ProbeReports Probes) routing, Func<IScheduled, Scheduler> makeScheduler)
    {
        (_loop, _settings, _files, _schedule, _probes) = (loop, settings, files, schedule, routing.Probes);
        _budget = new RecipientBudget(settings);
        _scheduler = makeScheduler(this);
        _jobs = new RecipientJobs(settings, routing.Mail, routing.Probes, _scheduler, _budget);
        _reports = new RoundReports(loop, settings, files, notices, schedule);
        _shares = new DestinationShares(loop, settings);
    }

    public int Count => _messages.Count;

    public IEnumerable<QueuedMessage> Messages => _messages.Values;

    public Scheduler Scheduler => _scheduler;

    /// <summary>
    /// A message was not delivered to everybody: it lies in deferred and wants to be tried at this time (microseconds since 1970).
    /// </summary>
    public Action<QueuedMessage, long> Deferred { get; init; } = (_, _) => { };

    /// <summary>A message is out of the active queue.</summary>
    public Action<QueuedMessage> Left { get; init; } = _ => { };

    /// <summary>Takes messages that are parked because too many wait where they go.</summary>
    public Action<QueuedMessage> Parked { get; init; } = _ => { };

    /// <summary>Takes messages that may be tried after all.</summary>
    public Action<ParkedMessage> Unparked { get; init; } = _ => { };

    /// <summary>Deliveries that run now.</summary>
    public int Running => _scheduler.Running.Count;

    // ---- the beginning of a round ----------------------------------------------------------------------------------

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
    /// Starts the delivery to some recipients. Of a message with more in its file the list is empty then: the jobs have what is
    /// needed of them.
    /// </summary>
    private void Deliver(QueuedMessage message, Part part)
    {
        message.Pending++; // this call itself, so that the round cannot end before all jobs are made
        if ((message.Envelope.Flags & MessageFlags.ForceExpire) == 0) RouteAsync(message, part).Detach();
        else
        {
            Expire(message, part.Recipients);
            EndStart(message);
        }
    }

    /// <summary>postsuper -e: everybody who is left gets no further attempt.</summary>
    private void Expire(QueuedMessage message, List<EnvelopeRecipient> recipients)
    {
        foreach (EnvelopeRecipient r in recipients.Where(r => !r.Done))
        {
            message.Pending++;
            Settle(message, _jobs.TargetOf(message, r), Outcome.Defer("4.4.7", "message expired by the administrator"));
        }
    }

    /// <summary>A message that waits for a table holds up no other one.</summary>
    private async Task RouteAsync(QueuedMessage message, Part part)
    {
        message.UnderWay++;
        RouteResult[] routes = await _jobs.RouteAsync(message, part);
        SubmitJobs(message, part, routes);
        ArrayPool<RouteResult>.Shared.Return(routes, clearArray: true);
        message.UnderWay--;
        EndStart(message);
    }

    private void SubmitJobs(QueuedMessage message, Part part, RouteResult[] routes)
    {
        message.Jobs.RemoveAll(j => j.Recipients == 0);
        int before = message.Jobs.Count;
        if (_jobs.Make(message, part, routes, before) is { } early)
        {
            foreach (EarlyOutcome one in early)
            {
                if (one.Action == DeliveryAction.Expanded) SettleAsync(message, one.Recipient, one.Outcome, one.Action).Detach();
                else Settle(message, one.Recipient, one.Outcome);
            }
        }
        if (message.Remaining != null)
        {
            _budget.Set(message, message.Pending - 1);
            part.Recipients.Clear();
            part.Recipients.TrimExcess();
        }
        if (!_stopped && _shares.FindFull(message) is { } full) Park(message, full);
        else foreach (Job made in message.Jobs.GetRange(before, message.Jobs.Count - before)) _scheduler.Submit(made);
    }

    /// <summary>The deliveries are started, and the hold of that on the round ends.</summary>
    private void EndStart(QueuedMessage message)
    {
        if (message.Remaining is { } remaining)
        {
            (remaining.IsFilling, remaining.FilledAt) = (false, _loop.NowMilliseconds);
            if (message.Jobs is [.., { Transport: var transport }]) Refill(message, transport);
        }
        End(message, 1);
    }

    private void Park(QueuedMessage message, Destination destination)
    {
        _shares.Park(message, destination);
        message.State = MessageState.Parked;
        _budget.Return(message);
        _messages.Remove(message.Id);
        Parked(message);
    }

    public void MakeRoom(Destination destination)
    {
        foreach (ParkedMessage parked in _shares.TakeForRoom(destination)) Unparked(parked);
    }

    // ---- the end of a message's stay -------------------------------------------------------------------------------

    private void Remove(QueuedMessage message)
    {
        message.State = MessageState.Concluding;
        if (_settings.DontRemove) SaveAsync(message).Detach();
        else _files.Remove(message.Folder, message.Id, message.Unsynced, () => Leave(message, MessageState.Gone));
    }

    private async Task SaveAsync(QueuedMessage message)
    {
        await _files.SaveAsync(message.Folder, message.Id, message.Unsynced);
        Leave(message, MessageState.Gone);
    }

    private async Task DeferAsync(QueuedMessage message)
    {
        long next = _schedule.NextAttempt(message);
        int error = await _files.DeferAsync(message.Id, message.Folder, next);
        if (error == Errno.ENOENT) // somebody took it away
        {
            Leave(message, MessageState.Gone);
            return;
        }
        message.NextMicroseconds = next;
        Leave(message, MessageState.Deferred);
        if (error != 0) Log.Warning($"{message.Id}: move to {SpoolDirectory.Deferred}: {Errno.Text(error)}");
        Deferred(message, next);
    }

    private void Leave(QueuedMessage message, MessageState how)
    {
        message.State = how;
        _budget.Return(message);
        _messages.Remove(message.Id);
        Left(message);
    }

    // ---- the end of this process -----------------------------------------------------------------------------------

    /// <summary>
    /// Starts no more deliveries. Those that run are waited for and concluded; everything else is released for the process that follows:
    /// what has no work under way at once, what has with the end of that.
    /// </summary>
    public void Stop()
    {
        _stopped = true;
        _scheduler.Stop();
        foreach (QueuedMessage message in _messages.Values.ToArray()) ReleaseIfIdle(message);
    }

    /// <summary>A round that is not over ends here when nothing goes on for it any more.</summary>
    private void ReleaseIfIdle(QueuedMessage message)
    {
        if (message.UnderWay > 0 || message.State != MessageState.Active) return;
        message.State = MessageState.Concluding;
        ReleaseAsync(message).Detach();
    }

    /// <summary>
    /// What became of recipients so far is logged and marked as at the end of a round: they are not tried again. Notices are sent when the
    /// others are through.
    /// </summary>
    private async Task ReleaseAsync(QueuedMessage message)
    {
        // an address probe has one outcome for all, and no log
        if (!message.IsProbe) await _reports.LogOutcomesAsync(message);
        Leave(message, MessageState.Released);
    }
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// What the outcomes of a round are written into and who hears of them: the message's logs (bounce, defer, trace), the marks of recipients
/// that failed for good, and the notices to the sender. Nothing is marked before it is in a log on stable storage.
/// </summary>
internal sealed class RoundReports(EventLoop loop, QmgrSettings settings, QueueFiles files, NoticeClient notices, RetrySchedule schedule)
{
    /// <summary>Keeps a recipient's outcome for the end of the round.</summary>
    /// <param name="isGivenUp">It was deferred, and is not to be tried again.</param>
    public void Note(QueuedMessage message, DeliverRecipient recipient, Outcome outcome, DeliveryAction action, bool isGivenUp)
    {
        Notify notify = recipient.Notify;
        if (action == DeliveryAction.PassedOn)
        {
            notify &= ~Notify.Success;
            if (notify == Notify.Default) notify = Notify.Never;
            action = DeliveryAction.Relayed; // where a report is asked for all the same (sendmail -v)
        }
        if (!NotifyRules.TryChooseLog(notify, message.Envelope.Flags, outcome.Kind, out LogFolder folder)) return;
        if (isGivenUp && folder == LogFolder.Defer) (folder, action) = (LogFolder.Bounce, DeliveryAction.Failed);
        BounceRecipient entry = new()
        {
            Offset = recipient.Offset,
            Address = recipient.Address,
            Original = recipient.Original,
            DsnOriginal = recipient.DsnOriginal,
            Notify = recipient.Notify,
            Outcome = outcome,
            Action = action,
            TimeMicroseconds = QueueId.Microseconds(loop.Time),
        };
        (folder switch { LogFolder.Bounce => message.Failed, LogFolder.Defer => message.Deferred, _ => message.Reported }).Add(entry);
        if (folder != LogFolder.Trace && (message.Envelope.Flags & MessageFlags.Trace) != 0) message.Reported.Add(entry);
    }

    /// <summary>Writes the outcomes into the message's logs, marks the recipients that failed for good, and keeps the sum.</summary>
    public async Task LogOutcomesAsync(QueuedMessage message)
    {
        // more may come meanwhile
        List<BounceRecipient> reported = [.. message.Reported], failed = [.. message.Failed], deferred = [.. message.Deferred];
        message.Failed.Clear();
        message.Deferred.Clear();
        message.Reported.Clear();
        bool complete = true;
        if (reported.Count > 0)
        {
            complete = await notices.AppendAsync(message, LogFolder.Trace, reported);
            // -bv delivers nothing, and nothing is delivered for an expanded alias, so no agent has marked these
            bool verifyOnly = (message.Envelope.Flags & MessageFlags.VerifyOnly) != 0;
            List<BounceRecipient> settled = verifyOnly ? reported
                : reported.FindAll(r => r.Outcome.IsOk && r.Action == DeliveryAction.Expanded);
            if (complete && settled.Count > 0) complete = await MarkAsync(message, settled);
        }
        if (failed.Count > 0) complete &= await notices.AppendAsync(message, LogFolder.Bounce, failed) && await MarkAsync(message, failed);
        bool deferrals = deferred.Count == 0 || await notices.AppendAsync(message, LogFolder.Defer, deferred);
        message.Round.Failed |= failed.Count > 0;
        message.Round.Deferred |= deferred.Count > 0;
        message.Round.Reported |= reported.Count > 0;
        message.Round.Incomplete |= !complete;
        message.Round.DeferralsLost |= !deferrals;
    }

    private async Task<bool> MarkAsync(QueuedMessage message, List<BounceRecipient> recipients) =>
        await files.MarkAsync(message.Folder, message.Id, [.. recipients.Select(r => r.Offset)], QueueFileFormat.Done) == 0;

    /// <summary>
    /// Sends the notices that the round calls for. True: the message is done, and can be removed. False: it has to be tried again, for its
    /// recipients or for a notice that could not be queued.
    /// </summary>
    public async Task<bool> ConcludeAsync(QueuedMessage message)
    {
        RoundResult round = message.Round;
        bool expired = round.Deferred && !round.Unexpired;
        // a notice of what could not be logged and marked would be sent again after the next attempt
        bool complete = !round.Incomplete && (!expired || !round.DeferralsLost) && await SendNoticesAsync(message, expired);
        if (!complete || (round.Deferred && !expired)) return false;
        if (message.MayHaveLogs && notices.HasLog(message.Id, LogFolder.Defer)) await notices.RemoveAsync(message.Id, LogFolder.Defer);
        return true;
    }

    /// <summary>False: a notice could not be queued and is still due.</summary>
    private async Task<bool> SendNoticesAsync(QueuedMessage message, bool expired)
    {
        bool sent = true;
        // a log may be left from a round whose notice could not be sent
        bool earlier = message.MayHaveLogs;
        if (message.Round.Failed || (earlier && notices.HasLog(message.Id, LogFolder.Bounce)))
            sent &= await notices.SendAsync(message, NoticeKind.Failure, LogFolder.Bounce);
        if (message.Round.Reported || (earlier && notices.HasLog(message.Id, LogFolder.Trace)))
        {
            bool verify = (message.Envelope.Flags & (MessageFlags.VerifyOnly | MessageFlags.Trace)) != 0;
            bool reported = await notices.SendAsync(message, verify ? NoticeKind.Verify : NoticeKind.Success, LogFolder.Trace);
            sent &= reported;
            if (reported && (message.Envelope.Flags & MessageFlags.Trace) != 0) await EndTraceAsync(message);
        }
        if (expired)
        {
            string status = (message.Envelope.Flags & MessageFlags.ForceExpire) != 0 ? "force-expired" : "expired";
            LogLine.Info(message.Id).Address("from", message.Envelope.Sender).Field("status", status + ", returned to sender").Send();
            sent &= await notices.SendAsync(message, NoticeKind.Failure, LogFolder.Defer);
        }
        else if (message.Round.Deferred) await WarnAsync(message);
        return sent;
    }

    /// <summary>sendmail -v asks for the first attempt alone.</summary>
    private async Task EndTraceAsync(QueuedMessage message)
    {
        Envelope e = message.Envelope;
        e.Flags &= ~MessageFlags.Trace;
        if (e.TraceOffset > 0) await files.MarkAsync(message.Folder, message.Id, [e.TraceOffset], QueueFileFormat.Traced);
    }

    /// <summary>delay_warning_time: the sender hears once that the message waits.</summary>
    private async Task WarnAsync(QueuedMessage message)
    {
        Envelope e = message.Envelope;
        TimeSpan limit = settings.DelayWarning;
        if (limit <= TimeSpan.Zero || e.Warned || e.Sender.Length == 0 || schedule.AgeOf(message) < limit) return;
        if (!await notices.SendAsync(message, NoticeKind.Delay, LogFolder.Defer, keepLog: true)) return;
        e.Warned = true;
        await files.MarkAsync(message.Folder, message.Id, [e.WarningOffset], QueueFileFormat.Warned);
    }
}

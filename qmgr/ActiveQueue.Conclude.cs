using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

internal sealed partial class ActiveQueue
{

    /// <summary>
    /// Ends a round with failures, deferrals or reports. Nothing is marked or removed before what must be told of it is on stable storage;
    /// whatever cannot be done now leaves the message in the deferred queue, where it is tried again.
    /// </summary>
    private async Task ConcludeAsync(QueuedMessage message)
    {
        if (message.Rest != null) message.Rest.IsFilling = true;
        await LogOutcomesAsync(message);
        if (message.Rest != null && _stopped)
        {
            Release(message);
            return;
        }
        if (message.Rest != null && await ContinueAsync(message)) return;
        RoundResult round = message.Round;
        bool expired = round.Deferred && !round.Unexpired;
        // a notice of what could not be logged and marked would be sent again after the next attempt
        bool complete = !round.Incomplete && (!expired || !round.DeferralsLost) && await SendNoticesAsync(message, expired);
        if (complete && (!round.Deferred || expired))
        {
            if (message.MayHaveLogs && _notices.HasLog(message.Id, LogFolder.Defer))
                await _notices.RemoveAsync(message.Id, LogFolder.Defer);
            Remove(message);
        }
        else await DeferAsync(message);
    }

    /// <summary>Writes the outcomes into the message's logs, marks the recipients that failed for good, and keeps the sum.</summary>
    private async Task LogOutcomesAsync(QueuedMessage message)
    {
        // more may come meanwhile
        List<BounceRecipient> reported = [.. message.Reported], failed = [.. message.Failed], deferred = [.. message.Deferred];
        message.Failed.Clear();
        message.Deferred.Clear();
        message.Reported.Clear();
        bool complete = true;
        if (reported.Count > 0)
        {
            complete = await _notices.AppendAsync(message, LogFolder.Trace, reported);
            // -bv delivers nothing, and nothing is delivered for an expanded alias, so no agent has marked these
            bool verifyOnly = (message.Envelope.Flags & MessageFlags.VerifyOnly) != 0;
            List<BounceRecipient> settled = verifyOnly ? reported
                : reported.FindAll(r => r.Outcome.IsOk && r.Action == DeliveryAction.Expanded);
            if (complete && settled.Count > 0) complete = await MarkAsync(message, settled);
        }
        if (failed.Count > 0) complete &= await _notices.AppendAsync(message, LogFolder.Bounce, failed) && await MarkAsync(message, failed);
        bool deferrals = deferred.Count == 0 || await _notices.AppendAsync(message, LogFolder.Defer, deferred);
        message.Round.Failed |= failed.Count > 0;
        message.Round.Deferred |= deferred.Count > 0;
        message.Round.Reported |= reported.Count > 0;
        message.Round.Incomplete |= !complete;
        message.Round.DeferralsLost |= !deferrals;
    }

    private async Task<bool> MarkAsync(QueuedMessage message, List<BounceRecipient> recipients) =>
        await _files.MarkAsync(message.Folder, message.Id, [.. recipients.Select(r => r.Offset)], QueueFileFormat.Done) == 0;

    /// <summary>Sends what the logs call for. False: a notice could not be queued and is still due.</summary>
    private async Task<bool> SendNoticesAsync(QueuedMessage message, bool expired)
    {
        bool sent = true;
        // a log may be left from a round whose notice could not be sent
        bool earlier = message.MayHaveLogs;
        if (message.Round.Failed || (earlier && _notices.HasLog(message.Id, LogFolder.Bounce)))
            sent &= await _notices.SendAsync(message, NoticeKind.Failure, LogFolder.Bounce);
        if (message.Round.Reported || (earlier && _notices.HasLog(message.Id, LogFolder.Trace)))
        {
            bool verify = (message.Envelope.Flags & (MessageFlags.VerifyOnly | MessageFlags.Trace)) != 0;
            bool reported = await _notices.SendAsync(message, verify ? NoticeKind.Verify : NoticeKind.Success, LogFolder.Trace);
            sent &= reported;
            if (reported && (message.Envelope.Flags & MessageFlags.Trace) != 0) await EndTraceAsync(message);
        }
        if (expired)
        {
            string word = (message.Envelope.Flags & MessageFlags.ForceExpire) != 0 ? "force-expired" : "expired";
            LogLine.Info(message.Id).Address("from", message.Envelope.Sender).Field("status", word + ", returned to sender").Send();
            sent &= await _notices.SendAsync(message, NoticeKind.Failure, LogFolder.Defer);
        }
        else if (message.Round.Deferred) await WarnAsync(message);
        return sent;
    }

    /// <summary>sendmail -v asks for the first attempt alone.</summary>
    private async Task EndTraceAsync(QueuedMessage message)
    {
        Envelope e = message.Envelope;
        e.Flags &= ~MessageFlags.Trace;
        if (e.TraceOffset > 0) await _files.MarkAsync(message.Folder, message.Id, [e.TraceOffset], QueueFileFormat.Traced);
    }

    private async Task WarnAsync(QueuedMessage message)
    {
        Envelope e = message.Envelope;
        if (_settings.DelayWarning <= TimeSpan.Zero || e.Warned || e.Sender.Length == 0 || Age(message) < _settings.DelayWarning) return;
        if (!await _notices.SendAsync(message, NoticeKind.Delay, LogFolder.Defer, keepLog: true)) return;
        e.Warned = true;
        await _files.MarkAsync(message.Folder, message.Id, [e.WarningOffset], QueueFileFormat.Warned);
    }

    private async Task DeferAsync(QueuedMessage message)
    {
        long wait = message.Round.WaitMicroseconds > 0 ? message.Round.WaitMicroseconds
            : (long)_settings.BackOff(Age(message)).TotalMicroseconds;
        long next = QueueId.Microseconds(_loop.Time) + wait;
        int error = await _files.DeferAsync(message.Id, message.Folder, next);
        if (error != Errno.ENOENT) (message.Fate, message.NextMicroseconds) = (Fate.Deferred, next);
        Leave(message);
        if (error == Errno.ENOENT) return; // somebody took it away
        if (error != 0) Log.Warning($"{message.Id}: move to {SpoolDirectory.Deferred}: {Errno.Text(error)}");
        Deferred(message, next);
    }

    // ---- age -------------------------------------------------------------------------------------------------------

    private TimeSpan Age(QueuedMessage message) =>
        TimeSpan.FromMicroseconds(Math.Max(0, QueueId.Microseconds(_loop.Time) - message.Envelope.ArrivalMicroseconds));

    /// <summary>
    /// Notes when a recipient wants to be tried again. True: its own curve says that it is to be given up now. (Without curves a message
    /// expires as a whole, and its defer log is what the notice tells.)
    /// </summary>
    private async ValueTask<bool> PostponeAsync(QueuedMessage message, string recipient, long waitMicroseconds)
    {
        RetryCurve? curve = Retries == null ? null : await Retries.CurveOfAsync(recipient);
        string site = await Sites.SiteOfAsync(recipient);
        TimeSpan age = Age(message);
        bool forced = (message.Envelope.Flags & MessageFlags.ForceExpire) != 0;
        TimeSpan lifetime = curve?.GiveUp ?? (message.Envelope.Sender.Length == 0 ? _settings.BounceLifetime : _settings.Lifetime);
        if (forced || age >= lifetime) return Retries != null && !forced;
        message.Round.Unexpired = true;
        if (site.Length > 0) (message.Round.Sites ??= new HashSet<string>(StringComparer.Ordinal)).Add(site);
        if (waitMicroseconds == 0) waitMicroseconds = (long)(curve?.NextWait(age) ?? _settings.BackOff(age)).TotalMicroseconds;
        if (message.Round.WaitMicroseconds == 0 || waitMicroseconds < message.Round.WaitMicroseconds)
            message.Round.WaitMicroseconds = waitMicroseconds;
        return false;
    }

    /// <summary>postsuper -e: everybody who is left gets no further attempt.</summary>
    private void Expire(QueuedMessage message, List<EnvelopeRecipient> recipients)
    {
        foreach (EnvelopeRecipient r in recipients.Where(r => !r.Done))
        {
            message.Pending++;
            Settle(message, TargetOf(message, r), Outcome.Defer("4.4.7", "message expired by the administrator"));
        }
    }
}

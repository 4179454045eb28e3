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
        bool expired = message.Deferred.Count > 0 && IsExpired(message);
        // a notice of what could not be logged and marked would be sent again after the next attempt
        bool complete = await LogOutcomesAsync(message, expired) && await SendNoticesAsync(message, expired);
        if (complete && (message.Deferred.Count == 0 || expired))
        {
            if (message.MayHaveLogs && _notices.HasLog(message.Id, LogFolder.Defer)) await _notices.RemoveAsync(message.Id, LogFolder.Defer);
            Remove(message);
        }
        else await DeferAsync(message);
    }

    /// <summary>Writes the round's outcomes into the message's logs and marks the recipients that failed for good. False: something is still to do.</summary>
    private async Task<bool> LogOutcomesAsync(QueuedMessage message, bool expired)
    {
        bool complete = true;
        if (message.Reported.Count > 0)
        {
            complete = await _notices.AppendAsync(message, LogFolder.Trace, message.Reported);
            // -bv delivers nothing, so no agent has marked these
            if (complete && (message.Envelope.Flags & MessageFlags.VerifyOnly) != 0) complete = await MarkAsync(message, message.Reported);
        }
        if (message.Failed.Count > 0)
            complete &= await _notices.AppendAsync(message, LogFolder.Bounce, message.Failed) && await MarkAsync(message, message.Failed);
        if (message.Deferred.Count == 0) return complete;
        bool deferrals = await _notices.AppendAsync(message, LogFolder.Defer, message.Deferred);
        return complete && (deferrals || !expired);
    }

    private async Task<bool> MarkAsync(QueuedMessage message, List<BounceRecipient> recipients) =>
        await _files.MarkAsync(message.Folder, message.Id, [.. recipients.Select(r => r.Offset)], QueueFileFormat.Done) == 0;

    /// <summary>Sends what the logs call for. False: a notice could not be queued and is still due.</summary>
    private async Task<bool> SendNoticesAsync(QueuedMessage message, bool expired)
    {
        bool sent = true;
        // a log may be left from a round whose notice could not be sent
        bool earlier = message.MayHaveLogs;
        if (message.Failed.Count > 0 || (earlier && _notices.HasLog(message.Id, LogFolder.Bounce)))
            sent &= await _notices.SendAsync(message, NoticeKind.Failure, LogFolder.Bounce);
        if (message.Reported.Count > 0 || (earlier && _notices.HasLog(message.Id, LogFolder.Trace)))
        {
            bool verify = (message.Envelope.Flags & (MessageFlags.VerifyOnly | MessageFlags.Trace)) != 0;
            sent &= await _notices.SendAsync(message, verify ? NoticeKind.Verify : NoticeKind.Success, LogFolder.Trace);
        }
        if (expired)
        {
            LogLine.Info(message.Id).Address("from", message.Envelope.Sender).Field("status", "expired, returned to sender").Send();
            sent &= await _notices.SendAsync(message, NoticeKind.Failure, LogFolder.Defer);
        }
        else if (message.Deferred.Count > 0) await WarnAsync(message);
        return sent;
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
        long next = QueueId.Microseconds(_loop.Time) + (long)_settings.BackOff(Age(message)).TotalMicroseconds;
        int error = await _files.DeferAsync(message.Id, message.Folder, next);
        Leave(message);
        if (error == Libc.ENOENT) return; // somebody took it away
        if (error != 0) Log.Warning($"{message.Id}: move to {SpoolDirectory.Deferred}: {Libc.ErrorText(error)}");
        Deferred(message.Id, next);
    }

    private TimeSpan Age(QueuedMessage message) =>
        TimeSpan.FromMicroseconds(Math.Max(0, QueueId.Microseconds(_loop.Time) - message.Envelope.ArrivalMicroseconds));

    private bool IsExpired(QueuedMessage message) =>
        (message.Envelope.Flags & MessageFlags.ForceExpire) != 0
        || Age(message) >= (message.Envelope.Sender.Length == 0 ? _settings.BounceLifetime : _settings.Lifetime);

    /// <summary>postsuper -e: everybody who is left gets no further attempt.</summary>
    private void Expire(QueuedMessage message)
    {
        foreach (EnvelopeRecipient r in message.Envelope.Recipients.Where(r => !r.Done))
        {
            message.Pending++;
            DeliverRecipient recipient = new() { Offset = r.Offset, Address = r.Address, Original = r.Original, DsnOriginal = r.DsnOriginal, Notify = r.Notify };
            Settle(message, recipient, Outcome.Defer("4.4.7", "message expired by the administrator"));
        }
    }
}

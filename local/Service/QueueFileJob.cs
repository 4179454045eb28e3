using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Service;

/// <summary>
/// A job and its queue file: each recipient's record is locked while it is delivered and overwritten when it is done, so that a recipient
/// is neither delivered twice at once nor again after qmgr died in between.
/// </summary>
internal static class QueueFileJob
{
    [ThreadStatic] private static (int File, long Offset) t_current;

    /// <summary>Delivers the recipients one after the other.</summary>
    /// <param name="relay">What the log calls the agent.</param>
    /// <param name="sync">May be left holding a file when there is one recipient: <see cref="Finish"/> then ends the job.</param>
    public static List<RecipientOutcome> ForEach(DeliverRequest request, int file, string relay, Func<DeliveryJob, RecipientOutcome> deliver, DeliverySync sync)
    {
        List<RecipientOutcome> outcomes = new(request.Recipients.Count);
        foreach (DeliverRecipient recipient in request.Recipients)
        {
            long start = QueueId.Microseconds();
            if (!TryClaim(file, recipient, sync, out RecipientOutcome? outcome))
            {
                DeliveryJob job = new(request, recipient, file) { Sync = sync };
                sync.Begin(mayHold: request.Recipients.Count == 1);
                t_current = (file, recipient.Offset);
                outcome = deliver(job);
                if (sync.IsHeld)
                {
                    sync.Ending = errno => Finish(job, relay, start, errno);
                    return [outcome];
                }
                if (outcome.Outcome.IsOk) Mark(request, file, recipient, sync.IsCovered);
                Write(request, recipient, relay, job, outcome.Outcome, start);
                // the last one is given back when the file is closed, which is next
                if (outcomes.Count + 1 < request.Recipients.Count) _ = Libc.UnlockRange(file, recipient.Offset, 1);
            }
            outcomes.Add(outcome!);
        }
        return outcomes;
    }

    /// <summary>The end of a job with one recipient whose file was synced, or could not be.</summary>
    private static Outcome Finish(DeliveryJob job, string relay, long start, int errno)
    {
        Outcome outcome = job.Steps[0].Outcome;
        if (errno == 0)
        {
            job.Sync.Release();
            Mark(job.Request, job.QueueFile, job.Recipient);
        }
        else
        {
            outcome = job.Sync.GiveUp(errno);
            job.Steps[0] = job.Steps[0] with { Outcome = outcome };
        }
        Write(job.Request, job.Recipient, relay, job, outcome, start);
        return outcome; // the lock ends with the file, which is closed next
    }

    /// <summary>Delivers all recipients with one command.</summary>
    public static List<RecipientOutcome> All(DeliverRequest request, int file, Func<DeliverRequest, int, List<RecipientOutcome>> deliver)
    {
        long start = QueueId.Microseconds();
        List<DeliverRecipient> asked = request.Recipients;
        RecipientOutcome?[] outcomes = new RecipientOutcome?[asked.Count];
        request.Recipients = [.. asked.Where((recipient, i) => !TryClaim(file, recipient, null, out outcomes[i]))];
        List<RecipientOutcome> done = request.Recipients.Count == 0 ? [] : deliver(request, file);
        for (int i = 0; i < done.Count; i++)
        {
            DeliverRecipient recipient = request.Recipients[i];
            if (done[i].Outcome.IsOk) Mark(request, file, recipient);
            long end = QueueId.Microseconds();
            DeliveryLog.Write(request, recipient, done[i].Outcome, request.Transport, start, start, end);
            outcomes[asked.IndexOf(recipient)] = done[i];
        }
        request.Recipients = asked;
        return [.. outcomes.Select((o, i) => o ?? Temporary(asked[i], "4.3.0", "no outcome"))];
    }

    /// <summary>The same temporary failure for everybody.</summary>
    public static List<RecipientOutcome> Refuse(DeliverRequest request, string status, string text)
    {
        long now = QueueId.Microseconds();
        Outcome outcome = Outcome.Defer(status, text);
        foreach (DeliverRecipient recipient in request.Recipients) DeliveryLog.Write(request, recipient, outcome, request.Transport, now, now, now);
        return [.. request.Recipients.Select(r => Temporary(r, status, text))];
    }

    /// <summary>The recipient that this thread delivers is handed to another agent, which locks the record itself.</summary>
    public static void ReleaseCurrent() => _ = Libc.UnlockRange(t_current.File, t_current.Offset, 1);

    /// <summary>Locks a recipient; true with an outcome when there is nothing to do.</summary>
    private static bool TryClaim(int file, DeliverRecipient recipient, DeliverySync? sync, out RecipientOutcome? outcome)
    {
        outcome = null;
        Span<byte> letter = stackalloc byte[1];
        if (Libc.LockRange(file, exclusive: true, recipient.Offset, 1, wait: true) != 0 || Libc.PRead(file, letter, recipient.Offset) != 1)
        {
            outcome = Temporary(recipient, "4.3.0", $"lock queue file: {Libc.ErrorText()}");
            return true;
        }
        if (!QueueFileFormat.IsDone(letter[0])) return false;
        if (sync != null) sync.AnyCovered |= letter[0] == QueueFileFormat.Unsynced;
        outcome = new RecipientOutcome { Offset = recipient.Offset, Outcome = Outcome.Ok("was delivered already") };
        return true;
    }

    private static void Mark(DeliverRequest request, int file, DeliverRecipient recipient, bool unsynced = false)
    {
        if (!SpoolDirectory.MarkDone(file, recipient.Offset, unsynced)) Log.Warning($"{request.QueueId}: mark recipient: {Libc.ErrorText()}");
    }

    private static void Write(DeliverRequest request, DeliverRecipient recipient, string relay, DeliveryJob job, Outcome outcome, long start)
    {
        long end = QueueId.Microseconds();
        if (job.Steps.Count == 0) DeliveryLog.Write(request, recipient, outcome, relay, start, start, end);
        foreach (DeliveryStep step in job.Steps.Where(s => !s.IsLogged))
        {
            DeliverRecipient target = new() { Address = step.Address, Original = step.Original };
            DeliveryLog.Write(request, target, step.Outcome, relay, start, start, end);
        }
    }

    private static RecipientOutcome Temporary(DeliverRecipient recipient, string status, string text) =>
        new() { Offset = recipient.Offset, Outcome = Outcome.Defer(status, text) };
}

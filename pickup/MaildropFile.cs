using System.Globalization;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Pickup;

/// <summary>
/// One message in maildrop: what sendmail left there (its origin is "maildrop:UID"), or a queue file that postsuper -r moved there to be
/// queued anew, whose recipients that are done stay done. Its file is removed only after the new one is durable. Owns the descriptor.
/// </summary>
internal sealed class MaildropFile(PickupService service, SpoolDirectory spool, string id) : IDisposable
{
    private const string Dropped = SpoolDirectory.Maildrop + ":";
    private readonly FileDescriptor? _file =
        FileDescriptor.TryOpen(spool.PathOf(SpoolDirectory.Maildrop, id), FileIO.O_RDONLY | FileIO.O_NOFOLLOW | FileIO.O_NONBLOCK);

    public void Dispose() => _file?.Dispose();

    public async Task SubmitAsync()
    {
        if (!TryRead(out QueueFile? file, out FileStatus status)) return;
        Envelope dropped = file!.Envelope;
        bool requeued = !dropped.Origin.StartsWith(Dropped, StringComparison.Ordinal);
        uint? uid = null;
        if (!requeued
            && uint.TryParse(dropped.Origin.AsSpan(Dropped.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out uint number)) uid = number;
        SubmitRequest request = Request(dropped, requeued, status);
        if (request.Envelope.Recipients.Count == 0 && (request.Cleanup & CleanupFlags.ExtractRecipients) == 0)
        {
            Remove("no recipients are left");
            return;
        }
        string queueId = request.Envelope.QueueId;
        Submission submission = service.Cleanup.Open(request);
        submission.Write(LocalEnvelope.Received(service.Settings, queueId, uid, service.Loop.Time.GetUtcNow()));
        LogLine.Info(queueId).Free($"uid={uid ?? status.Uid} from=<{LogLine.Form(dropped.Sender)}> orig_id={id}").Send();
        if (!await CopyAsync(submission, file))
        {
            Log.Warning($"maildrop/{id}: {Errno.Text()}");
            submission.Abort("read error");
            return;
        }
        Conclude(await submission.FinishAsync());
    }

    private SubmitRequest Request(Envelope dropped, bool requeued, FileStatus status)
    {
        SubmitRequest asked = new() { Envelope = dropped, LocalClient = true };
        if ((dropped.Flags & MessageFlags.ExtractRecipients) != 0) asked.Cleanup |= CleanupFlags.ExtractRecipients;
        asked.ExtractedNotify = dropped.Flags.ExtractedNotify();
        dropped.Recipients.RemoveAll(r => r.Done);
        SubmitRequest request = LocalEnvelope.Adopt(asked, service.Settings, service.Loop.Time);
        // a message that waited for the mail system to start has waited since then
        request.Envelope.ArrivalMicroseconds = (status.Modified.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10;
        if (requeued) request.Envelope.Flags |= dropped.Flags & (MessageFlags.Notice | MessageFlags.DoubleBounce);
        return request;
    }

    /// <summary>False when there is nothing to submit; what cannot be read for good goes to corrupt.</summary>
    private bool TryRead(out QueueFile? file, out FileStatus status)
    {
        file = null;
        status = default;
        if (_file == null)
        {
            if (Errno.Last != Errno.ENOENT) Log.Warning($"open maildrop/{id}: {Errno.Text()}");
            return false;
        }
        if (!FileStatus.TryGet(_file.Fd, out status) || !IsOurs()) return false;
        QueueFileStatus read = status.IsRegular ? SpoolDirectory.TryRead(_file.Fd, id, out file) : QueueFileStatus.Corrupt;
        if (read == QueueFileStatus.Ok && LocalEnvelope.Check(file!.Envelope) == null) return true;
        if (read is QueueFileStatus.Failed) Log.Warning($"read maildrop/{id}: {Errno.Text()}");
        else Discard("not a valid message");
        return false;
    }

    /// <summary>
    /// The lock, which the descriptor holds, keeps a process that was replaced (reload) and its successor from submitting the same file;
    /// the look afterwards, from submitting one that the other has just removed.
    /// </summary>
    private bool IsOurs() =>
        FileLocks.Flock(_file!.Fd, FileLocks.LOCK_EX | FileLocks.LOCK_NB) == 0 && FileStatus.TryGet(_file.Fd, out FileStatus status)
            && status.Links > 0
        && File.Exists(spool.PathOf(SpoolDirectory.Maildrop, id));

    /// <summary>Content goes over in pieces, as fast as cleanup takes it; false when the file cannot be read.</summary>
    private async Task<bool> CopyAsync(Submission submission, QueueFile file)
    {
        byte[] buffer = new byte[Link.MaxData];
        long done = 0;
        while (done < file.Content.Length && !submission.IsAnswered)
        {
            int n = file.Content.Read(_file!.Fd, buffer, done);
            if (n <= 0) return false;
            submission.Write(buffer.AsSpan(0, n));
            done += n;
            while (!submission.HasRoom && !submission.IsAnswered) await submission.RoomAsync();
        }
        return true;
    }

    private void Conclude(SubmitReply reply)
    {
        if (reply.Outcome.IsOk) Remove(null);
        else if (reply.Outcome.IsPermanent) Discard(reply.Outcome.Text);
        else Log.Warning($"maildrop/{id}: {reply.Outcome.Text}: will try again");
    }

    private void Remove(string? reason)
    {
        if (reason != null) Log.Info($"{id}: removed from maildrop: {reason}");
        if (spool.Remove(SpoolDirectory.Maildrop, id) is var error and not 0) Log.Warning($"remove maildrop/{id}: {Errno.Text(error)}");
    }

    private void Discard(string reason)
    {
        Log.Warning($"maildrop/{id}: {reason}: moved to {SpoolDirectory.Corrupt}");
        if (spool.Move(id, SpoolDirectory.Maildrop, SpoolDirectory.Corrupt) is var error and not 0)
            Log.Warning($"move maildrop/{id}: {Errno.Text(error)}");
    }
}

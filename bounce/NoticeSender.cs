using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Bounce;

/// <summary>Times on the wire are microseconds since 1970.</summary>
internal static class Microseconds
{
    /// <summary>The time; 1970 when the number is out of range.</summary>
    public static DateTimeOffset ToTime(long microseconds) =>
        microseconds is > 0 and < 253_402_300_799_000_000 ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10) : DateTimeOffset.UnixEpoch;
}

/// <summary>
/// Plans, composes and submits the notices for one message. The notice that goes out in first place (to the sender, or the double bounce)
/// decides the outcome; a copy for the postmaster that fails is a warning only.
/// </summary>
internal sealed class NoticeSender(NoticeSettings settings, BounceTemplates templates, BounceLog log, SpoolDirectory spool,
    CleanupClient cleanup,
    WorkerPool workers, TimeProvider time)
{
    private readonly NoticePlanner _planner = new(settings);
    private readonly NoticeComposer _composer = new(settings, templates);

    /// <summary>What a notice is made from. Owns the descriptors.</summary>
    private sealed class Sources(MessageFacts message, LogFolder folder, IEnumerable<DeliveryRecord> log, FileDescriptor? file,
        OriginalContent original)
        : IDisposable
    {
        /// <summary>errno of a file that could not be opened now and may be later; 0: none.</summary>
        public int Error { get; init; }

        public MessageFacts Message => message;

        /// <summary>
        /// The log. A defer log also tells of recipients that a later attempt settled, one way or the other: the queue file says which
        /// these are.
        /// </summary>
        public IEnumerable<DeliveryRecord> Records => folder == LogFolder.Defer && file != null ? log.Where(r => !IsDone(r)) : log;

        public OriginalContent Original => original;

        private bool IsDone(DeliveryRecord record)
        {
            Span<byte> letter = stackalloc byte[1];
            return record.Offset >= 0 && FileIO.PRead(file!.Fd, letter, record.Offset) == 1 && QueueFileFormat.IsDone(letter[0]);
        }

        public void Dispose()
        {
            (log as LogSnapshot)?.Dispose();
            file?.Dispose();
        }
    }

    /// <summary>Sends what a log calls for. Ok when all that matters is queued; the id is that of the first notice.</summary>
    /// <param name="records">What to tell; null: what the log holds.</param>
    public async Task<(Outcome Outcome, string NoticeId)> SendAsync(BounceSend request, List<DeliveryRecord>? records = null)
    {
        if (!QueueId.IsValid(request.QueueId)) return (Outcome.Defer("4.3.0", "malformed queue id"), "");
        using Sources sources = await workers.Run(() => Open(request, records));
        if (sources.Error != 0) return (Outcome.Defer("4.3.0", $"open queue file or log: {Errno.Text(sources.Error)}"), "");
        NoticePlan plan = await workers.Run(() => _planner.Plan(request.Kind, sources.Message, sources.Records, request.VerpDelimiters));
        if (plan.LogText.Length > 0) Log.Warning($"{request.QueueId}: {plan.LogText}");
        string firstId = "";
        foreach (PlannedNotice planned in plan.Notices)
        {
            SubmitReply reply = await SubmitAsync(planned, sources);
            // too large for cleanup: what went wrong matters more than the text that comes back
            if (reply.Outcome.IsPermanent && planned.ReturnsBody) reply = await SubmitAsync(planned with { ReturnsBody = false }, sources);
            if (reply.Outcome.IsOk)
            {
                LogLine.Info(request.QueueId).Free($"{Describe(planned)}: {reply.QueueId}").Send();
                if (firstId.Length == 0) firstId = reply.QueueId;
            }
            else if (planned.Audience == NoticeAudience.PostmasterCopy)
                Log.Warning($"{request.QueueId}: {Describe(planned)} failed: {reply.Outcome.Text}");
            else return (Outcome.Defer("4.3.0", $"{Describe(planned)} failed: {reply.Outcome.Text}"), "");
        }
        return (Outcome.Ok("notified"), firstId);
    }

    private Sources Open(BounceSend request, List<DeliveryRecord>? records)
    {
        MessageFacts message = new()
        {
            QueueId = request.QueueId,
            Sender = request.Sender,
            EnvelopeId = request.EnvelopeId,
            Return = request.Return,
            SmtpUtf8 = request.SmtpUtf8,
            Flags = request.Flags,
            Arrival = Microseconds.ToTime(request.ArrivalMicroseconds),
        };
        FileDescriptor? file = null;
        int errno = 0;
        if (SpoolDirectory.Queues.Contains(request.QueueName))
        {
            file = FileDescriptor.TryOpen(spool.PathOf(request.QueueName, request.QueueId), FileIO.O_RDONLY | FileIO.O_NOFOLLOW);
            if (file == null) errno = Passing(Errno.Last);
        }
        OriginalContent original = file != null ? new FileContent(file.Fd, request.Content) : new MemoryContent();
        if (records != null) return new Sources(message, LogFolder.Bounce, records, file, original) { Error = errno };
        LogSnapshot? snapshot = log.Open(request.Log, request.QueueId);
        if (snapshot == null && errno == 0) errno = Passing(Errno.Last);
        return new Sources(message, request.Log, (IEnumerable<DeliveryRecord>?)snapshot ?? [], file, original) { Error = errno };
    }

    /// <summary>An error that goes away by itself; 0 for all others, of which the notice tells.</summary>
    private static int Passing(int errno) => errno is Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE or Errno.EIO or Errno.EINTR ? errno : 0;

    /// <summary>
    /// The original could not be read: as long as the message may stay in the queue that may go away. After that its notice goes out with
    /// as much of it as there is.
    /// </summary>
    private bool MustWait(Sources sources) =>
        sources.Original.HasFailed && time.GetUtcNow() - sources.Message.Arrival < settings.MaximalQueueLifetime;

    private async Task<SubmitReply> SubmitAsync(PlannedNotice planned, Sources sources)
    {
        SubmitReply unreadable = new() { Outcome = Outcome.Defer("4.3.0", "the original message cannot be read") };
        Notice notice = await workers.Run(
            () => _composer.Compose(planned, sources.Message, planned.Only == null ? sources.Records : [planned.Only], sources.Original,
            time.GetUtcNow()));
        if (MustWait(sources)) return unreadable;
        Submission submission = cleanup.Open(new SubmitRequest
        {
            Envelope = MakeEnvelope(notice),
            Cleanup = settings.Cleanup,
            LocalClient = true,
        });
        using IEnumerator<ReadOnlyMemory<byte>> pieces = notice.Pieces().GetEnumerator();
        while (!submission.IsAnswered && await workers.Run(pieces.MoveNext))
        {
            submission.Write(pieces.Current.Span);
            if (!submission.HasRoom && !await submission.RoomAsync()) break;
        }
        if (!MustWait(sources)) return await submission.FinishAsync();
        submission.Abort("the original message cannot be read");
        return unreadable;
    }

    private Envelope MakeEnvelope(Notice notice) => new()
    {
        QueueId = QueueId.Next(time),
        ArrivalMicroseconds = QueueId.Microseconds(time),
        Sender = notice.EnvelopeSender,
        Body = notice.Body,
        SmtpUtf8 = notice.NeedsSmtpUtf8,
        Flags = (notice.Audience == NoticeAudience.Sender ? MessageFlags.Notice : MessageFlags.Notice | MessageFlags.DoubleBounce)
            | (settings.RedactRequireTls ? MessageFlags.None : notice.Message.Flags & MessageFlags.RequireTls),
        Origin = "bounce",
        Recipients = [new EnvelopeRecipient { Address = notice.EnvelopeRecipient }],
    };

    /// <summary>The words of the log line, as in Postfix.</summary>
    private static string Describe(PlannedNotice notice)
    {
        string who = notice.Audience == NoticeAudience.Sender ? "sender" : "postmaster";
        string what = notice.Kind switch { NoticeKind.Failure => "non-delivery", NoticeKind.Delay => "delay", _ => "delivery status" };
        return $"{who} {what} notification";
    }
}

using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;
using MtaSuite.Smtpd.Filters;
using MtaSuite.Smtpd.Proxy;

namespace MtaSuite.Smtpd.Commands;

/// <summary>What DATA and BDAT share: opening the message at cleanup, taking content, and answering at its end.</summary>
internal static class ContentTransfer
{
    // What is left of a request's time when it is used up: what has arrived is still taken.
    private static readonly TimeSpan s_leastTime = TimeSpan.FromSeconds(1);

    /// <summary>DATA, or the first BDAT: asks the filters, the one before the queue last; "none", or the refusal.</summary>
    public static async ValueTask<SmtpReply> AskAsync(SmtpSession s)
    {
        SmtpReply refusal = await s.Filters.RunAsync(new FilterEvent(FilterPhase.Data));
        return refusal.IsNone && s.Transaction is { Proxy: { } proxy, Discard: false } ? await proxy.DataAsync() : refusal;
    }

    /// <summary>Content comes now.</summary>
    public static void Open(SmtpSession s, DotDecoder decoder)
    {
        Transaction t = s.Transaction!;
        t.Content =
            new ContentReceiver(t.Discard ? null : () => Submit(s, t), decoder, s.Rights.BareNewline, s.Settings.MessageSizeLimit);
    }

    /// <summary>Opens the message, at cleanup or at the filter before the queue, and sends our own headers.</summary>
    private static ISubmission Submit(SmtpSession s, Transaction t)
    {
        ISubmission submission = t.Proxy?.OpenContent() ?? s.Server.OpenMessage(CleanupRequest.Make(s, t));
        t.Opened();
        foreach (string header in t.Prepend ?? []) submission.Write(Encoding.UTF8.GetBytes(header + "\n"));
        // between two filters our name would say nothing: XFORWARD has passed on who the client is
        if (t.Proxy is not null && s.Forwarded is not null) return submission;
        DateTimeOffset arrival = DateTimeOffset.UnixEpoch.AddTicks(t.ArrivalMicroseconds * 10);
        submission.Write(ReceivedHeader.Build(s, t, arrival));
        return submission;
    }

    /// <summary>
    /// Reads content until its end, or until <paramref name="count"/> bytes are taken (BDAT). False when the connection ended.
    /// </summary>
    public static async ValueTask<bool> ReceiveAsync(SmtpSession s, long count)
    {
        ContentReceiver content = s.Transaction!.Content!;
        long start = -1;
        TimeSpan budget = s.Settings.Timeout;
        while (count > 0)
        {
            if (content.MustWait) await content.RoomAsync();
            if (s.Connection.Input.IsEmpty)
            {
                if (start < 0) start = s.Loop.NowMilliseconds;
                SetDeadline(s, budget - TimeSpan.FromMilliseconds(s.Loop.NowMilliseconds - start));
                ReadStatus read = await s.Connection.FillAsync();
                if (read != ReadStatus.Data)
                {
                    s.Lost(read);
                    return false;
                }
                // Content earns time: a request may take longer the more of it has come (smtpd_min_data_rate).
                budget += TimeSpan.FromSeconds((double)s.Connection.Input.Length / s.Settings.MinDataRate);
            }
            if (Take(s.Connection, content, ref count)) return true;
        }
        return true;
    }

    private static bool Take(Connection connection, ContentReceiver content, ref long count)
    {
        ReadOnlySpan<byte> input = connection.Input;
        if (input.Length > count) input = input[..(int)count];
        bool end = content.Take(input, out int consumed);
        connection.Consume(consumed);
        count -= consumed;
        return end;
    }

    /// <param name="left">Of the time for the whole request, with smtpd_per_request_deadline.</param>
    private static void SetDeadline(SmtpSession s, TimeSpan left)
    {
        TimeSpan request = left < s_leastTime ? s_leastTime : left;
        s.Connection.SetDeadline(s.Settings.PerRequestDeadline ? request : s.Settings.Timeout);
    }

    /// <summary>The content is complete: asks the last restrictions, waits until the message is queued, answers. True when it is.</summary>
    public static async ValueTask<bool> FinishAsync(SmtpSession s, bool chunked)
    {
        s.Stage = SessionStage.EndOfMessage;
        Transaction t = s.Transaction!;
        ContentReceiver content = t.Content!;
        long size = content.Size;
        if (content.SawBareLf && s.Rights.BareNewline == BareNewlinePolicy.Note) s.SawBareLf = true;
        SmtpReply reply = Refusal(s, t, content);
        if (reply.IsNone) reply = await s.Filters.RunAsync(new FilterEvent(FilterPhase.EndOfData));
        ProxyTransaction? proxy = t.Discard ? null : t.Proxy;
        // milters see the content behind the filter before the queue, where it is as the filter left it
        if (reply.IsNone && !t.Discard && proxy is null && s.Filters.Milters is { } milters) reply = await milters.HandOverAsync(t);
        if (reply.IsNone) reply = proxy is null ? await QueueAsync(s, t, content) : await proxy.FinishAsync(content);
        bool ok = reply.Code < 400;
        if (ok) s.Limits.Reset();
        s.Reply(reply.IsNone ? Queued(s, t, chunked ? size : null) : reply);
        s.EndTransaction();
        return ok;
    }

    private static SmtpReply Queued(SmtpSession s, Transaction t, long? size)
    {
        if (t.QueueId.Length == 0) t.QueueId = QueueId.Next(s.Loop.Time); // discarded, and the filter before the queue was not asked
        return new SmtpReply(250, new DsnStatus(2, 0, 0),
            size is null ? $"Ok: queued as {t.QueueId}" : $"Ok: {size} bytes queued as {t.QueueId}");
    }

    /// <summary>Why content that was received cannot be accepted, if so.</summary>
    private static SmtpReply Refusal(SmtpSession s, Transaction t, ContentReceiver content)
    {
        switch (content.Trouble)
        {
            case ContentTrouble.BareLf:
                s.LogEvent("reject", "bare <LF> received");
                return new SmtpReply(s.Settings.BareNewlineRejectCode, new DsnStatus(5, 5, 2),
                    $"{s.Settings.MyHostname} Error: bare <LF> received");
            case ContentTrouble.TooBig:
                Log.Warning($"{t.LogId}: queue file size limit exceeded");
                return Replies.TooBig;
            default:
                return default;
        }
    }

    /// <summary>Hands the message over; "none" when it is queued, or was thrown away as a table had asked for.</summary>
    private static async ValueTask<SmtpReply> QueueAsync(SmtpSession s, Transaction t, ContentReceiver content)
    {
        if (t.Discard) content.Abandon();
        SubmitReply? answer = t.Discard ? null : await content.FinishAsync(t.Changes);
        s.Filters.Milters?.TakeBack(answer?.MiltersInStep ?? 0, answer?.MiltersToReopen ?? 0, answer is { Outcome.IsOk: true });
        t.Commit();
        if (answer is null || answer.Outcome.IsOk) return default;
        Outcome outcome = answer.Outcome;
        switch (answer.Failure)
        {
            case SubmitFailure.TooBig: // with the headers that cleanup adds; the client's part was not
                Log.Warning($"{t.LogId}: queue file size limit exceeded");
                return Replies.TooBig;
            case SubmitFailure.Refused:
                s.LogEvent("reject", $"{outcome.Code} {outcome.Status} {outcome.Text}");
                return new SmtpReply(outcome.Code, outcome.Status, outcome.Text);
            case SubmitFailure.Filtered:
                return new SmtpReply(outcome.Code, outcome.Status, outcome.Text);
            default:
                Log.Warning($"{t.QueueId}: {outcome.Text}");
                return Replies.WriteError;
        }
    }
}

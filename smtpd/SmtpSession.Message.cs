using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Filters;

namespace MtaSuite.Smtpd;

/// <summary>What DATA and BDAT share: opening the message at cleanup, taking content, and answering at its end.</summary>
internal sealed partial class SmtpSession
{
    private static readonly SmtpReply s_lookupError = SmtpReply.Parse("451 4.3.0 Temporary lookup error");

    /// <summary>
    /// Finds out whether the client is one of local_header_rewrite_clients, while MAIL can still be refused when nobody can tell.
    /// </summary>
    public async ValueTask<SmtpReply> FindLocalClientAsync(Transaction t)
    {
        MatchResult match = Forwarded?.LocalDomain is { } local ? (local ? MatchResult.Yes : MatchResult.No)
            : await Settings.LocalRewriteClients.MatchAsync(this);
        t.LocalClient = match == MatchResult.Yes;
        if (match != MatchResult.Error) return default;
        LogEvent("reject", s_lookupError.ToString());
        return s_lookupError;
    }

    /// <summary>Content comes now.</summary>
    public void OpenContent(DotDecoder decoder)
    {
        Transaction t = Transaction!;
        t.Content = new ContentReceiver(t.Discard ? null : () => Open(t), decoder, BareNewline, Settings.MessageSizeLimit);
    }

    /// <summary>Opens the message and sends our own headers.</summary>
    private ISubmission Open(Transaction t)
    {
        ISubmission submission = Server.Queue.Open(MakeRequest(t));
        t.Opened();
        foreach (string header in t.Prepend ?? []) submission.Write(System.Text.Encoding.UTF8.GetBytes(header + "\n"));
        DateTimeOffset arrival = DateTimeOffset.UnixEpoch.AddTicks(t.ArrivalMicroseconds * 10);
        submission.Write(ReceivedHeader.Build(this, t, arrival));
        return submission;
    }

    private SubmitRequest MakeRequest(Transaction t)
    {
        ForwardedClient? f = Forwarded is { HasClient: true } ? Forwarded : null;
        Envelope e = new()
        {
            QueueId = t.QueueId,
            ArrivalMicroseconds = t.ArrivalMicroseconds,
            Sender = t.Sender,
            EnvelopeId = t.Parameters.EnvelopeId ?? "",
            Return = t.Parameters.Return,
            VerpDelimiters = t.Parameters.Verp ?? "",
            Body = t.Parameters.Body,
            SmtpUtf8 = t.Parameters.SmtpUtf8,
            Flags = (t.Hold ? MessageFlags.Hold : MessageFlags.None)
                | (t.Parameters.RequireTls ? MessageFlags.RequireTls : MessageFlags.None),
            Origin = "smtpd",
            ClientName = f?.Name ?? Client.Name,
            ClientAddress = f?.Address ?? Client.RfcAddress,
            ClientPort = f?.Port ?? Client.Port,
            ClientHelo = f is null ? Helo : f.Helo,
            ClientProtocol = f?.Protocol ?? Protocol,
            SaslMethod = SaslMethod,
            SaslLogin = SaslLogin,
            SaslSender = IsAuthenticated ? t.Parameters.Submitter ?? "" : "",
            Filter = t.Filter.Length > 0 ? t.Filter : Settings.ContentFilter,
            Redirect = t.Redirect,
            Recipients = t.Recipients,
        };
        foreach (string bcc in t.Bcc ?? []) e.Recipients.Add(new EnvelopeRecipient { Address = bcc, Notify = Notify.Never });
        return new SubmitRequest
        {
            Envelope = e,
            Cleanup = Settings.Cleanup,
            LocalClient = t.LocalClient,
            MayChange = Settings.Access.EndOfData.Steps.Count > 0 || Filters.Milters is { WantsContent: true },
        };
    }

    /// <summary>
    /// Reads content until its end, or until <paramref name="count"/> bytes are taken (BDAT). False when the connection ended.
    /// </summary>
    public async ValueTask<bool> ReceiveAsync(long count)
    {
        ContentReceiver content = Transaction!.Content!;
        bool fresh = true;
        TimeSpan budget = Settings.Timeout;
        while (count > 0)
        {
            if (content.MustWait) await content.RoomAsync();
            if (Connection.Input.IsEmpty)
            {
                ArmContentDeadline(fresh, budget);
                fresh = false;
                ReadStatus read = await Connection.FillAsync();
                if (read != ReadStatus.Data)
                {
                    Lost(read);
                    return false;
                }
                // Content earns time: a request may take longer the more of it has come (smtpd_min_data_rate).
                budget += TimeSpan.FromSeconds((double)Connection.Input.Length / Settings.MinDataRate);
            }
            if (Take(content, ref count)) return true;
        }
        return true;
    }

    private bool Take(ContentReceiver content, ref long count)
    {
        ReadOnlySpan<byte> input = Connection.Input;
        if (input.Length > count) input = input[..(int)count];
        bool end = content.Take(input, out int consumed);
        Connection.Consume(consumed);
        count -= consumed;
        return end;
    }

    private long _contentStart;

    private void ArmContentDeadline(bool fresh, TimeSpan budget)
    {
        if (!Settings.PerRequestDeadline)
        {
            Connection.SetDeadline(Settings.Timeout);
            return;
        }
        if (fresh) _contentStart = Loop.NowMilliseconds;
        TimeSpan left = budget - TimeSpan.FromMilliseconds(Loop.NowMilliseconds - _contentStart);
        TimeSpan least = TimeSpan.FromSeconds(1);
        Connection.SetDeadline(left < least ? least : left);
    }

    /// <summary>The content is complete: asks the last restrictions, waits until the message is queued, answers. True when it is.</summary>
    public async ValueTask<bool> FinishMessageAsync(bool chunked)
    {
        Where = "END-OF-MESSAGE";
        Transaction t = Transaction!;
        ContentReceiver content = t.Content!;
        long size = content.Size;
        if (content.SawBareLf && BareNewline == BareNewlinePolicy.Note) SawBareLf = true;
        SmtpReply reply = Refusal(content, t);
        if (reply.IsNone) reply = await Filters.RunAsync(new FilterEvent(FilterPhase.EndOfData));
        if (reply.IsNone && !t.Discard && Filters.Milters is { } milters) reply = await milters.HandOverAsync(t);
        if (reply.IsNone) reply = await QueueAsync(content, t);
        bool ok = reply.IsNone;
        if (ok)
        {
            Errors = JunkCommands = 0;
            Reply(new SmtpReply(250, new DsnStatus(2, 0, 0),
                chunked ? $"Ok: {size} bytes queued as {t.QueueId}" : $"Ok: queued as {t.QueueId}"));
        }
        else Reply(reply);
        EndTransaction();
        return ok;
    }

    /// <summary>Why content that was received cannot be accepted, if so.</summary>
    private SmtpReply Refusal(ContentReceiver content, Transaction t)
    {
        switch (content.Trouble)
        {
            case ContentTrouble.BareLf:
                LogEvent("reject", "bare <LF> received");
                return new SmtpReply(Settings.BareNewlineRejectCode, new DsnStatus(5, 5, 2),
                    $"{Settings.MyHostname} Error: bare <LF> received");
            case ContentTrouble.TooBig:
                Log.Warning($"{t.QueueId}: queue file size limit exceeded");
                return Replies.TooBig;
            default:
                return default;
        }
    }

    private async ValueTask<SmtpReply> QueueAsync(ContentReceiver content, Transaction t)
    {
        if (t.Discard) content.Abandon();
        SubmitReply? answer = t.Discard ? null : await content.FinishAsync(t.Late);
        Filters.Milters?.TakeBack(answer?.MiltersInStep ?? 0, answer is { Outcome.IsOk: true });
        t.Commit();
        if (answer is null || answer.Outcome.IsOk) return default;
        Outcome outcome = answer.Outcome;
        switch (answer.Failure)
        {
            case SubmitFailure.TooBig: // with the headers that cleanup adds; the client's part was not
                Log.Warning($"{t.QueueId}: queue file size limit exceeded");
                return Replies.TooBig;
            case SubmitFailure.Refused:
                LogEvent("reject", $"{outcome.Code} {outcome.Status} {outcome.Text}");
                return new SmtpReply(outcome.Code, outcome.Status, outcome.Text);
            case SubmitFailure.Filtered:
                return new SmtpReply(outcome.Code, outcome.Status, outcome.Text);
            default:
                Log.Warning($"{t.QueueId}: {outcome.Text}");
                return Replies.WriteError;
        }
    }
}

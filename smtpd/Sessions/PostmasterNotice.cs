using System.Text;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// Tells the postmaster of a session with trouble (notify_classes). The transcript is kept only where classes are named that need one
/// before the trouble is there; for the rare classes of the default (resource, software) the refusal itself is told.
/// </summary>
internal sealed class PostmasterNotice(SmtpSession session)
{
    private const NotifyClass NeedTranscript = NotifyClass.Policy | NotifyClass.Protocol | NotifyClass.Data;
    private NotifyClass _trouble;
    private SmtpReply _firstTrouble;

    /// <summary>What is said is to be kept from the beginning.</summary>
    public static bool NeedsTranscript(NotifyClass classes) => (classes & NeedTranscript) != 0;

    /// <summary>A refusal was sent.</summary>
    public void Note(SmtpReply reply)
    {
        NotifyClass trouble = Transcript.ClassOf(reply) & session.Settings.NotifyClasses;
        if (trouble != 0 && _trouble == 0) _firstTrouble = reply;
        _trouble |= trouble;
    }

    /// <summary>The session is over: sends the notice when there is something to tell.</summary>
    public void SendIfNeeded()
    {
        if (_trouble != 0 && session.Server.MayTellPostmaster()) SendAsync().Detach();
    }

    private async Task SendAsync()
    {
        SmtpdSettings s = session.Settings;
        TimeProvider time = session.Loop.Time;
        ISubmission notice = session.Server.OpenMessage(new SubmitRequest
        {
            Envelope = new Envelope
            {
                QueueId = QueueId.Next(time),
                ArrivalMicroseconds = QueueId.Microseconds(time),
                Sender = s.DoubleBounceSender,
                Flags = MessageFlags.Notice | MessageFlags.DoubleBounce,
                Origin = "smtpd",
                Recipients = [new EnvelopeRecipient { Address = s.ErrorNoticeRecipient, Notify = Notify.Never }],
            },
            Cleanup = s.NoticeCleanup,
            LocalClient = true,
        });
        notice.Write(Encoding.UTF8.GetBytes(Text()));
        SubmitReply reply = await notice.FinishAsync();
        if (!reply.Outcome.IsOk) Log.Warning($"postmaster notice about {session.Client.NameAddress} failed: {reply.Outcome.Text}");
    }

    private string Text()
    {
        SmtpdSettings s = session.Settings;
        string client = session.Client.NameAddress, helo = session.Helo.Length > 0 ? session.Helo : "not said";
        string what = session.Dialogue?.Transcript is { } transcript ? $"Transcript of session follows.\n\n{transcript}"
            : $"The session of {client} (HELO {helo}) met with:\n\n Out: {_firstTrouble}\n";
        return $"""
            From: Mail Delivery System <MAILER-DAEMON>
            To: Postmaster <{s.ErrorNoticeRecipient}>
            Subject: {s.MailName} SMTP server: errors from {client}
            Auto-Submitted: auto-generated
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit
            MIME-Version: 1.0

            {what}

            For other details, see the local mail logfile

            """;
    }
}

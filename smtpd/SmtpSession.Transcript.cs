using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;

namespace MtaSuite.Smtpd;

/// <summary>
/// Tells the postmaster of sessions with trouble (notify_classes). The transcript is kept only where classes are named that need one before
/// the trouble is there; for the rare classes of the default (resource, software) the refusal itself is told.
/// </summary>
internal sealed partial class SmtpSession
{
    private const NotifyClass WithTranscript = NotifyClass.Policy | NotifyClass.Protocol | NotifyClass.Data;
    private Transcript? _transcript;
    private DialogLog? _dialog;
    private NotifyClass _trouble;
    private SmtpReply _firstTrouble;

    private void BeginTranscript()
    {
        if ((Settings.NotifyClasses & WithTranscript) != 0) _transcript = new Transcript();
    }

    /// <summary>Once the client's name is known.</summary>
    private async ValueTask BeginDialogLogAsync()
    {
        if (Log.Verbose || await IsInAsync(Settings.DebugPeers)) _dialog = new DialogLog(Client.NameAddress);
    }

    private void NoteTrouble(SmtpReply reply)
    {
        NotifyClass trouble = Transcript.ClassOf(reply) & Settings.NotifyClasses;
        if (trouble != 0 && _trouble == 0) _firstTrouble = reply;
        _trouble |= trouble;
    }

    /// <summary>The session is over: sends the notice when there is something to tell.</summary>
    private void TellPostmaster()
    {
        if (_trouble != 0 && Server.MayTellPostmaster()) TellPostmasterAsync().Detach();
    }

    private async Task TellPostmasterAsync()
    {
        TimeProvider time = Loop.Time;
        ISubmission notice = Server.Queue.Open(new SubmitRequest
        {
            Envelope = new Envelope
            {
                QueueId = QueueId.Next(time),
                ArrivalMicroseconds = QueueId.Microseconds(time),
                Sender = Settings.DoubleBounceSender,
                Flags = MessageFlags.Notice | MessageFlags.DoubleBounce,
                Origin = "smtpd",
                Recipients = [new EnvelopeRecipient { Address = Settings.ErrorNoticeRecipient, Notify = Notify.Never }],
            },
            Cleanup = Settings.NoticeCleanup,
            LocalClient = true,
        });
        notice.Write(Encoding.UTF8.GetBytes(TroubleText()));
        SubmitReply reply = await notice.FinishAsync(null);
        if (!reply.Outcome.IsOk) Log.Warning($"postmaster notice about {Client.NameAddress} failed: {reply.Outcome.Text}");
    }

    private string TroubleText()
    {
        SmtpdSettings s = Settings;
        string what = _transcript != null ? $"Transcript of session follows.\n\n{_transcript}"
            : $"The session of {Client.NameAddress} (HELO {(Helo.Length > 0 ? Helo : "not said")}) met with:\n\n Out: {_firstTrouble}\n";
        return $"""
            From: Mail Delivery System <MAILER-DAEMON>
            To: Postmaster <{s.ErrorNoticeRecipient}>
            Subject: {s.MailName} SMTP server: errors from {Client.NameAddress}
            Auto-Submitted: auto-generated
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit
            MIME-Version: 1.0

            {what}

            For other details, see the local mail logfile

            """;
    }
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>What cleanup is told of a message when its content comes: the envelope, and what is known of the client.</summary>
internal static class CleanupRequest
{
    public static SubmitRequest Make(SmtpSession session, Transaction t)
    {
        SmtpdSettings settings = session.Settings;
        Envelope envelope = MakeEnvelope(session, t);
        foreach (string bcc in t.Bcc ?? []) envelope.Recipients.Add(new EnvelopeRecipient { Address = bcc, Notify = Notify.Never });
        return new SubmitRequest
        {
            Envelope = envelope,
            Cleanup = settings.Cleanup,
            LocalClient = t.LocalClient,
            MayChange = settings.Access.EndOfData.Steps.Count > 0 || session.Filters.Milters is { WantsContent: true },
        };
    }

    private static Envelope MakeEnvelope(SmtpSession session, Transaction t)
    {
        ForwardedClient? forwarded = session.Forwarded is { HasClient: true } f ? f : null;
        return new Envelope
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
            ClientName = forwarded?.Name ?? session.Client.Name,
            ClientAddress = forwarded?.Address ?? session.Client.RfcAddress,
            ClientPort = forwarded?.Port ?? session.Client.Port,
            ClientHelo = forwarded?.Helo ?? session.Helo,
            ClientProtocol = forwarded?.Protocol ?? session.Protocol,
            SaslMethod = session.SaslMethod,
            SaslLogin = session.SaslLogin,
            SaslSender = session.IsAuthenticated ? t.Parameters.Submitter ?? "" : "",
            Filter = t.Filter.Length > 0 ? t.Filter : session.Settings.ContentFilter,
            Redirect = t.Redirect,
            Recipients = t.Recipients,
        };
    }
}

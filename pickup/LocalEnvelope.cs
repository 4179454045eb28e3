using System.Globalization;
using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Pickup;

/// <summary>What a local user's envelope becomes before cleanup sees it: what the user may choose is checked, the rest is ours.</summary>
internal static class LocalEnvelope
{
    /// <summary>
    /// An outcome that refuses the envelope, or null. Line breaks and NUL would end up in headers, logs and SMTP commands.
    /// </summary>
    public static Outcome? Check(Envelope e)
    {
        if (!IsSane(e.Sender) || !IsSane(e.FullName) || !IsSane(e.EnvelopeId))
            return Outcome.Bounce("5.5.2", "control characters in the envelope");
        foreach (EnvelopeRecipient r in e.Recipients)
        {
            if (!IsSane(r.Address) || !IsSane(r.DsnOriginal)) return Outcome.Bounce("5.5.2", "control characters in the envelope");
            if (r.Address.Length == 0) return Outcome.Bounce("5.1.3", "empty recipient address");
        }
        return null;
    }

    private static bool IsSane(string text) => !text.AsSpan().ContainsAny('\0', '\r', '\n');

    /// <summary>The request to cleanup: the user's sender, recipients and wishes under a queue id of our own.</summary>
    public static SubmitRequest Adopt(SubmitRequest user, PickupSettings settings, TimeProvider time)
    {
        Envelope from = user.Envelope;
        SubmitRequest request = new()
        {
            Cleanup = settings.Cleanup | (user.Cleanup & CleanupFlags.ExtractRecipients),
            LocalClient = user.LocalClient,
            ExtractedNotify = user.ExtractedNotify & ~Notify.Expanded,
        };
        Envelope e = request.Envelope;
        e.QueueId = QueueId.Next(time);
        e.ArrivalMicroseconds = QueueId.Microseconds(time);
        e.Sender = from.Sender;
        e.FullName = from.FullName;
        e.EnvelopeId = from.EnvelopeId;
        e.Return = from.Return;
        e.Body = from.Body;
        e.SmtpUtf8 = settings.SmtpUtf8
            && (from.SmtpUtf8 || !Address.IsAscii(from.Sender) || from.Recipients.Exists(r => !Address.IsAscii(r.Address)));
        e.Flags = from.Flags & (MessageFlags.VerifyOnly | MessageFlags.Trace | MessageFlags.RequireTls);
        e.Origin = "pickup";
        e.Filter = settings.ContentFilter;
        e.VerpDelimiters = Verp.IsValid(from.VerpDelimiters, settings.VerpDelimiterFilter) ? from.VerpDelimiters : "";
        foreach (EnvelopeRecipient r in from.Recipients)
            e.Recipients.Add(new EnvelopeRecipient
            {
                Address = r.Address,
                Original = r.Original,
                DsnOriginal = r.DsnOriginal,
                Notify = r.Notify
            });
        return request;
    }

    /// <summary>The trace header (RFC 5321 4.4) with its LF; a requeued message names no user.</summary>
    public static byte[] Received(PickupSettings settings, string queueId, uint? uid, DateTimeOffset time)
    {
        string user = uid is { } id ? string.Create(CultureInfo.InvariantCulture, $", from userid {id}") : "";
        return Encoding.UTF8.GetBytes(
            $"Received: by {settings.HostName} ({settings.MailName}{user})\n\tid {queueId}; {MailDate.Format(time)}\n");
    }
}

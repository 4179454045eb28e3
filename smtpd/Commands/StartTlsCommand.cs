using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 3207 4: "STARTTLS" CRLF; after the 220 the client begins the handshake, and the session starts over without a greeting.
/// </summary>
internal static class StartTlsCommand
{
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: STARTTLS");
    private static readonly SmtpReply s_active = SmtpReply.Parse("554 5.5.1 Error: TLS already active");
    private static readonly SmtpReply s_notAvailable = SmtpReply.Parse("454 4.7.0 TLS not available due to local problem");
    private static readonly SmtpReply s_outOfTurn = SmtpReply.Parse("554 5.5.0 Error: SMTP protocol synchronization");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.IsEmpty) return s.Refuse(s_syntax);
        if (s.Tls is not null) return s.Refuse(s_active);
        if (!s.OffersTls) return s.Refuse(Replies.NotImplemented);
        if (s.Server.Tls?.Context is null) return s.Refuse(s_notAvailable);
        SmtpReply tooMany = await s.CountNewTlsAsync(report: true);
        if (!tooMany.IsNone) return s.Refuse(tooMany);
        // What came along in clear could have been put there by anybody; executing it inside TLS would hide that (CVE-2011-0411).
        if (s.HasInput())
        {
            Log.Warning($"plaintext behind STARTTLS from {s.Client.NameAddress}: the session ends");
            s.Reply(s_outOfTurn);
            s.Close();
            return false;
        }
        s.Reply("220 2.0.0 Ready to start TLS\r\n"u8);
        s.Connection.SetDeadline(s.Settings.StartTlsTimeout);
        if (!await s.Connection.DrainAsync()) return false;
        if (await s.HandshakeAsync()) return true;
        s.EndedInHandshake();
        return false;
    }
}

using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tls;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// Our trace header. RFC 5321 4.4: Time-stamp-line = "Received:" FWS "from" ... "by" ... [ "with" Protocol ] [ "id" String ] [ "for" Path ]
/// ";" date-time. Written in several lines, the later ones starting with a tab, each ending in LF.
/// </summary>
internal static class ReceivedHeader
{
    public static byte[] Build(SmtpSession session, Transaction transaction, DateTimeOffset arrival)
    {
        SmtpdSettings settings = session.Settings;
        ClientInfo client = session.Client;
        StringBuilder text = new(320);
        if (settings.HideClientSession) text.Append("Received: ");
        else
        {
            text.Append("Received: from ").Append(session.Helo.Length > 0 ? session.Helo : client.Name).Append(" (").Append(client.Name)
                .Append(" [").Append(client.RfcAddress).Append("])\n\t");
            if (session.Tls is { } tls && settings.Tls.ReceivedHeader) AppendTls(text, tls, settings.Tls.AskCertificate);
            if (settings.Auth.AuthenticatedHeader && session.IsAuthenticated)
                text.Append("(Authenticated sender: ").Append(Comment(session.SaslLogin)).Append(")\n\t");
        }
        text.Append("by ").Append(settings.MyHostname).Append(" (").Append(settings.MailName).Append(')');
        text.Append(" with ").Append(Protocol(session, transaction));
        if (transaction.QueueId.Length > 0) text.Append(" id ").Append(transaction.QueueId);
        if (transaction.Recipients.Count == 1)
            text.Append("\n\tfor <").Append(Address.Quote822(transaction.Recipients[0].Address)).Append(">; ");
        else text.Append(";\n\t");
        text.Append(MailDate.Format(arrival)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>RFC 3848: "S" for TLS and "A" for AUTH behind ESMTP; RFC 6531 4.3: the same behind UTF8SMTP.</summary>
    private static string Protocol(SmtpSession session, Transaction transaction)
    {
        string name = transaction.Parameters.SmtpUtf8 ? "UTF8SMTP" : session.Protocol;
        if (name == "SMTP") return name;
        return name + (session.Tls is null ? "" : "S") + (session.SaslLogin.Length > 0 ? "A" : "");
    }

    private static void AppendTls(StringBuilder text, TlsFacts tls, bool asked)
    {
        text.Append("(using ").Append(tls.Cipher);
        if (tls.Keys.Length > 0) text.Append("\n\t ").Append(tls.Keys);
        text.Append(")\n\t");
        if (tls.Trust != TlsTrust.Anonymous)
            text.Append("(Client CN \"").Append(tls.PeerName).Append("\", Issuer \"").Append(tls.PeerIssuer).Append("\" (")
                .Append(tls.Trust >= TlsTrust.Trusted ? "verified OK" : "not verified").Append("))\n\t");
        else text.Append(asked ? "(Client did not present a certificate)\n\t" : "(No client certificate requested)\n\t");
    }

    /// <summary>Without what could end the comment or the line.</summary>
    private static string Comment(string text) =>
        string.Concat(text.Select(c => c is >= ' ' and <= '~' and not ('(' or ')' or '\\') ? c : '?'));
}

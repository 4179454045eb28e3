using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Smtpd;

/// <summary>
/// Our trace header. RFC 5321 4.4: Time-stamp-line = "Received:" FWS "from" ... "by" ... [ "with" Protocol ] [ "id" String ] [ "for" Path ] ";" date-time.
/// Written as two or three lines, the later ones starting with a tab, each ending in LF.
/// </summary>
internal static class ReceivedHeader
{
    public static byte[] Build(SmtpdSettings settings, ClientInfo client, string helo, string protocol, Transaction transaction, DateTimeOffset arrival)
    {
        StringBuilder text = new(320);
        if (settings.HideClientSession) text.Append("Received: ");
        else
        {
            text.Append("Received: from ").Append(helo.Length > 0 ? helo : client.Name).Append(" (").Append(client.Name)
                .Append(" [").Append(client.RfcAddress).Append("])\n\t");
        }
        text.Append("by ").Append(settings.MyHostname).Append(" (").Append(settings.MailName).Append(')');
        text.Append(" with ").Append(transaction.Parameters.SmtpUtf8 ? "UTF8SMTP" : protocol);
        text.Append(" id ").Append(transaction.QueueId);
        if (transaction.Recipients.Count == 1) text.Append("\n\tfor <").Append(Address.Quote822(transaction.Recipients[0].Address)).Append(">; ");
        else text.Append(";\n\t");
        text.Append(MailDate.Format(arrival)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

using System.Globalization;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postqueue;

/// <summary>
/// postqueue -j: one object a line. queue_name, queue_id, arrival_time, message_size, forced_expire, sender, recipients [address,
/// delay_reason] as Postfix has them; ours are state (active, deferred, held, waiting), next_retry (seconds since 1970), next_retry_time
/// (the same by ISO 8601) and reason, where there are such.
/// </summary>
internal static class QueueJson
{
    public static bool Take(QueueEntry entry)
    {
        JsonLine line = new JsonLine()
            .Text("queue_name", entry.QueueName)
            .Text("queue_id", entry.QueueId)
            .Number("arrival_time", entry.ArrivalMicroseconds / 1_000_000)
            .Number("message_size", entry.Size)
            .Flag("forced_expire", (entry.Flags & MessageFlags.ForceExpire) != 0)
            .Text("sender", entry.Sender.Length == 0 ? "MAILER-DAEMON" : Address.Quote822(entry.Sender))
            .Objects("recipients", entry.Recipients, static (json, recipient) =>
            {
                json.Text("address", Address.Quote822(recipient.Address));
                if (recipient.Reason.Length > 0) json.Text("delay_reason", recipient.Reason);
            })
            .Text("state", State(entry.QueueName));
        if (entry.NextMicroseconds > 0)
            line.Number("next_retry", entry.NextMicroseconds / 1_000_000)
                .Text("next_retry_time", QueueReport.LocalTime(entry.NextMicroseconds)
                .ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
        if (entry.Reason.Length > 0) line.Text("reason", entry.Reason);
        Tool.Print(line.ToString());
        return true;
    }

    private static string State(string queue) => queue switch
    {
        SpoolDirectory.Active => "active",
        SpoolDirectory.Deferred => "deferred",
        SpoolDirectory.Hold => "held",
        SpoolDirectory.Corrupt => "corrupt",
        _ => "waiting",
    };
}

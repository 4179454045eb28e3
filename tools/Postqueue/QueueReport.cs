using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postqueue;

/// <summary>
/// The listing of postqueue -p, in the columns that scripts know: id with a mark (* active, ! on hold, # expires), size, arrival, sender;
/// then each reason for delay in parentheses in front of the recipients it holds for. The time of the next attempt stands in parentheses
/// behind the last recipient, where nothing that reads the reasons takes it for one.
/// </summary>
internal sealed class QueueReport
{
    private const string NoSender = "MAILER-DAEMON";
    private const int ReasonColumn = 76;
    private long _bytes, _messages;

    public bool Take(QueueEntry entry)
    {
        StringBuilder text = new();
        if (_messages++ == 0) Line(text, "----Queue ID-----", "--Size--", "---Arrival Time----", "--Sender/Recipient------");
        _bytes += entry.Size;
        string mark = entry.QueueName switch { SpoolDirectory.Active => "*", SpoolDirectory.Hold => "!", _ => "" };
        if ((entry.Flags & MessageFlags.ForceExpire) != 0) mark += "#";
        Line(text, entry.QueueId + mark, entry.Size.ToString(CultureInfo.InvariantCulture), Time(entry.ArrivalMicroseconds),
            entry.Sender.Length == 0 ? NoSender : Address.Quote822(entry.Sender));
        string shown = "";
        foreach (QueueEntryRecipient recipient in entry.Recipients)
        {
            string reason = recipient.Reason.Length > 0 ? recipient.Reason : entry.Reason;
            if (reason.Length > 0 && reason != shown) Remark(text, Tool.Printable(reason));
            shown = reason;
            Line(text, "", "", "", Address.Quote822(recipient.Address));
        }
        if (entry.NextMicroseconds > 0) Remark(text, $"next retry {Time(entry.NextMicroseconds)}");
        text.Append('\n');
        Tool.Print(text.ToString());
        return true;
    }

    public void Finish()
    {
        if (_messages == 0) Tool.Print("Mail queue is empty\n");
        else Tool.Print(string.Create(CultureInfo.InvariantCulture,
            $"-- {_bytes / 1024} Kbytes in {_messages} Request{(_messages == 1 ? "" : "s")}.\n"));
    }

    private static void Remark(StringBuilder text, string remark) =>
        text.Append(' ', Math.Max(0, ReasonColumn - remark.Length)).Append('(').Append(remark).Append(")\n");

    private static void Line(StringBuilder text, string id, string size, string time, string address) =>
        text.Append(CultureInfo.InvariantCulture, $"{id,-17} {size,8} {time,-19} {Tool.Printable(address)}\n");

    /// <summary>As ctime(3) has it, without the year, in the machine's zone.</summary>
    private static string Time(long microseconds)
    {
        DateTimeOffset time = LocalTime(microseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{time:ddd MMM} {time.Day,2} {time:HH:mm:ss}");
    }

    /// <summary>A number of microseconds since 1970 in the machine's zone.</summary>
    public static DateTimeOffset LocalTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10).ToLocalTime();
}

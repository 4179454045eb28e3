using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postqueue;

/// <summary>
/// The listing of postqueue -p, in the columns that scripts know: id with a mark (* active, ! on hold, # expires), size, arrival, sender; then
/// each reason for delay in parentheses in front of the recipients it holds for.
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
        Line(text, entry.QueueId + mark, entry.Size.ToString(CultureInfo.InvariantCulture), Arrival(entry.ArrivalMicroseconds),
            entry.Sender.Length == 0 ? NoSender : Address.Quote822(entry.Sender));
        string shown = "";
        foreach (QueueEntryRecipient recipient in entry.Recipients)
        {
            string reason = recipient.Reason.Length > 0 ? recipient.Reason : entry.Reason;
            if (reason.Length > 0 && reason != shown)
                text.Append(' ', Math.Max(0, ReasonColumn - reason.Length)).Append('(').Append(Tool.Printable(reason)).Append(")\n");
            shown = reason;
            Line(text, "", "", "", Address.Quote822(recipient.Address));
        }
        text.Append('\n');
        Tool.Print(text.ToString());
        return true;
    }

    public void Finish()
    {
        if (_messages == 0) Tool.Print("Mail queue is empty\n");
        else Tool.Print(string.Create(CultureInfo.InvariantCulture, $"-- {_bytes / 1024} Kbytes in {_messages} Request{(_messages == 1 ? "" : "s")}.\n"));
    }

    private static void Line(StringBuilder text, string id, string size, string time, string address) =>
        text.Append(CultureInfo.InvariantCulture, $"{id,-17} {size,8} {time,-19} {Tool.Printable(address)}\n");

    /// <summary>As ctime(3) has it, without the year, in the machine's zone.</summary>
    private static string Arrival(long microseconds)
    {
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10).ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{time:ddd MMM} {time.Day,2} {time:HH:mm:ss}");
    }
}

using System.Globalization;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postcat;

/// <summary>The words for a record of the envelope.</summary>
internal static class RecordText
{
    /// <summary>A record as a line without its end. The value stays escaped as in the file, other control characters become '?'.</summary>
    public static string Of(char letter, string value) => Tool.Printable(letter switch
    {
        'T' => $"message_arrival_time: {Time(value)}",
        'S' => $"sender: {value}",
        'R' => $"recipient: {value}",
        'r' or 'u' => $"done_recipient: {value}",
        'O' => $"original_recipient: {value}",
        'E' => $"sender_fullname: {value}",
        'X' => $"content_filter: {value}",
        'Z' => $"redirect_to: {value}",
        _ => $"named_attribute: {Attribute(letter, value)}",
    });

    private static string Attribute(char letter, string value) => letter switch
    {
        'D' => $"dsn_orig_rcpt={value}",
        'Q' => $"notify_flags={value}",
        'I' => $"envelope_id={value}",
        'Y' => $"ret_flags={(value == "FULL" ? 1 : 2)}",
        'B' => $"encoding={(value == "7BIT" ? "7bit" : "8bit")}",
        'U' => $"smtputf8={value}",
        'F' => $"message_flags={Flags(value)}",
        'G' => $"log_message_origin={value}",
        'C' => $"client_name={value}",
        'A' => $"client_address={value}",
        'P' => $"client_port={value}",
        'H' => $"helo_name={value}",
        'L' => $"protocol_name={value}",
        'M' => $"sasl_method={value}",
        'N' => $"sasl_username={value}",
        'V' => $"verp_delimiters={value}",
        'K' => "report_first_attempt=pending",
        'k' => "report_first_attempt=sent",
        'J' => $"sasl_sender={value}",
        'W' => "delay_warning=pending",
        'w' => "delay_warning=sent",
        _ => $"record_{letter}={value}",
    };

    private static string Flags(string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint flags) ? ((MessageFlags)flags).ToString() : value;

    /// <summary>As ctime(3) has it.</summary>
    private static string Time(string value)
    {
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            || microseconds > 250_000_000_000_000_000) return value;
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10).ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{time:ddd MMM} {time.Day,2} {time:HH:mm:ss yyyy}");
    }
}

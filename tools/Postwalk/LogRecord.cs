using System.Text.Json;

namespace MtaSuite.Tools.Postwalk;

/// <summary>
/// One line of the log, taken apart: <c>Nov 21 20:39:01 host mtasuite/pickup[123]: QUEUEID: text</c>, the same with an RFC 3339 time in
/// front, or a JSON object (maillog_format = json).
/// </summary>
internal readonly record struct LogRecord(string Time, string Process, string QueueId, string Text)
{
    public static bool TryParse(string line, out LogRecord record)
    {
        record = default;
        return line.StartsWith('{') ? TryJson(line, out record) : TryClassic(line, out record);
    }

    private static bool TryClassic(string line, out LogRecord record)
    {
        record = default;
        int bracket = line.IndexOf("]: ", StringComparison.Ordinal);
        if (bracket < 0) return false;
        string head = line[..bracket], rest = line[(bracket + 3)..];
        int pid = head.LastIndexOf('[');
        int tag = pid < 0 ? -1 : head.LastIndexOf(' ', pid);
        if (tag < 0) return false;
        string process = head[(tag + 1)..pid];
        int colon = rest.IndexOf(": ", StringComparison.Ordinal);
        if (colon <= 0 || !IsId(rest.AsSpan(0, colon))) return false;
        // a time of the classic kind has three words, an RFC 3339 one is one word
        string time = char.IsAsciiDigit(head[0]) ? head.Split(' ')[0] : head.Length > 15 ? head[..15] : head;
        record = new LogRecord(time, process[(process.LastIndexOf('/') + 1)..], rest[..colon], rest[(colon + 2)..]);
        return true;
    }

    private static bool TryJson(string line, out LogRecord record)
    {
        record = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string time = "", process = "", id = "";
            List<string> words = [];
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                string value = field.Value.ToString();
                switch (field.Name)
                {
                    case "time": time = value; break;
                    case "process": process = value[(value.LastIndexOf('/') + 1)..]; break;
                    case "queue_id": id = value; break;
                    case "host" or "pid": break;
                    case "text": words.Add(value); break;
                    default: words.Add(IsAddress(field.Name) ? $"{field.Name}=<{value}>" : $"{field.Name}={value}"); break;
                }
            }
            record = new LogRecord(time, process, id, string.Join(", ", words));
            return id.Length > 0;
        }
        catch (JsonException) { return false; }
    }

    private static bool IsAddress(string name) => name is "from" or "to" or "orig_to" or "message-id";

    private static bool IsId(ReadOnlySpan<char> text)
    {
        if (text.Length is < 6 or > 30 || text is "warning" or "NOQUEUE") return false;
        foreach (char c in text)
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        return true;
    }
}

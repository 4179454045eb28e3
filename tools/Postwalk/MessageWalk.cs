using System.Text.RegularExpressions;

namespace MtaSuite.Tools.Postwalk;

/// <summary>One step of a message.</summary>
internal readonly record struct WalkStep(string Time, string Process, string Text);

/// <summary>
/// Follows one message, by queue id or Message-ID, and what came from it, through lines of a log that are given several times: to find the
/// ids, then to collect.
/// </summary>
internal sealed partial class MessageWalk
{
    private readonly string _messageId;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _origins = new(StringComparer.Ordinal);

    public MessageWalk(string what)
    {
        bool isMessageId = what.Contains('@') || what.StartsWith('<');
        _messageId = isMessageId ? $"message-id=<{what.Trim('<', '>')}>" : "";
        if (!isMessageId) _ids.Add(what);
    }

    /// <summary>The messages met, with their steps, in the order of the log.</summary>
    public OrderedDictionary<string, List<WalkStep>> Messages { get; } = new(StringComparer.Ordinal);

    /// <summary>How many ids were found so far.</summary>
    public int Known => _ids.Count;

    /// <summary>The message that one came from; null for the first.</summary>
    public string? Origin(string id) => _origins.GetValueOrDefault(id);

    public void Take(string line, bool collect)
    {
        if (!LogRecord.TryParse(line, out LogRecord record)) return;
        if (!collect)
        {
            FindIds(record);
            return;
        }
        if (!_ids.Contains(record.QueueId)) return;
        if (!Messages.TryGetValue(record.QueueId, out List<WalkStep>? steps)) Messages[record.QueueId] = steps = [];
        steps.Add(new WalkStep(record.Time, record.Process, record.Text));
    }

    private void FindIds(LogRecord record)
    {
        if (_messageId.Length > 0 && record.Text.StartsWith(_messageId, StringComparison.Ordinal)) _ids.Add(record.QueueId);
        if (!_ids.Contains(record.QueueId))
        {
            // a requeued message names the one it came from
            if (OrigId().Match(record.Text) is { Success: true } from && _ids.Contains(from.Groups[1].Value))
                Add(record.QueueId, from.Groups[1].Value);
            return;
        }
        if (Notification().Match(record.Text) is { Success: true } notice) Add(notice.Groups[1].Value, record.QueueId);
        else if (Forwarded().Match(record.Text) is { Success: true } copy) Add(copy.Groups[1].Value, record.QueueId);
    }

    private void Add(string id, string origin)
    {
        if (_ids.Add(id)) _origins[id] = origin;
    }

    [GeneratedRegex("orig_id=([0-9A-Za-z]+)")]
    private static partial Regex OrigId();

    [GeneratedRegex("(?:notification|notice): ([0-9A-Za-z]+)$")]
    private static partial Regex Notification();

    [GeneratedRegex(@"\((?:forwarded|queued) as ([0-9A-Za-z]+)\)$")]
    private static partial Regex Forwarded();
}

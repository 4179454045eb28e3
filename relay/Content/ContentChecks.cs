using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Mime;

namespace MtaSuite.Relay.Content;

/// <summary>What a table wants done with a header field or a body line.</summary>
internal enum CheckAction : byte { Keep, Drop, Replace, Prepend }

/// <summary>
/// The tables that look at outgoing content (header_checks(5)). Actions that change when or where mail goes are not for here.
/// </summary>
public sealed class ContentChecks
{
    public Maps Header { get; init; } = Maps.Empty;
    public Maps MimeHeader { get; init; } = Maps.Empty;
    public Maps NestedHeader { get; init; } = Maps.Empty;
    public Maps Body { get; init; } = Maps.Empty;
    /// <summary>Bytes of each body that are looked at.</summary>
    public int BodyLimit { get; init; } = 51_200;

    public bool IsEmpty => Header.IsEmpty && MimeHeader.IsEmpty && NestedHeader.IsEmpty && Body.IsEmpty;

    internal Maps For(MimeSection section, bool isMimeField) => section switch
    {
        MimeSection.Nested => NestedHeader,
        MimeSection.Part => MimeHeader,
        _ => isMimeField ? MimeHeader : Header,
    };

    /// <summary>Asks the tables about a field or line.</summary>
    /// <param name="what">"header" or "body", for the log.</param>
    /// <param name="text">The field without its last LF, or the line.</param>
    /// <returns>What to do, and what replaces or precedes it.</returns>
    internal static async ValueTask<(CheckAction Action, string Value)> AskAsync(Maps maps, string queueId, string what,
        ReadOnlyMemory<byte> text)
    {
        if (maps.IsEmpty) return (CheckAction.Keep, "");
        string key = Encoding.UTF8.GetString(text.Span);
        LookupResult result = await maps.LookupAsync(key);
        if (result.IsError) Log.Warning($"{queueId}: {what} checks: {result.ErrorText}");
        if (!result.IsFound) return (CheckAction.Keep, "");
        int space = result.Value.IndexOfAny([' ', '\t']);
        string word = space < 0 ? result.Value : result.Value[..space];
        string value = space < 0 ? "" : result.Value[space..].Trim();
        return (Act(word.ToUpperInvariant(), queueId, what, key, value), value);
    }

    private static CheckAction Act(string word, string queueId, string what, string content, string value)
    {
        switch (word)
        {
            case "DUNNO" or "OK":
                return CheckAction.Keep;
            case "IGNORE":
                return CheckAction.Drop;
            case "STRIP":
                Tell(queueId, "strip", what, content, value);
                return CheckAction.Drop;
            case "REPLACE" when value.Length > 0:
                Tell(queueId, "replace", what, content, value);
                return CheckAction.Replace;
            case "PREPEND" when value.Length > 0:
                Tell(queueId, "prepend", what, content, value);
                return CheckAction.Prepend;
            case "WARN":
                Tell(queueId, "warning", what, content, value);
                return CheckAction.Keep;
            case "INFO":
                Tell(queueId, "info", what, content, value);
                return CheckAction.Keep;
            default:
                Log.Warning($"{queueId}: {what} checks: unsupported command: {word}");
                return CheckAction.Keep;
        }
    }

    private static void Tell(string queueId, string action, string what, string content, string value)
    {
        string shown = content.Length > 60 ? content[..60] : content;
        LogLine.Info(queueId).Free(value.Length == 0 ? $"{action}: {what} {shown}" : $"{action}: {what} {shown}: {value}").Send();
    }
}

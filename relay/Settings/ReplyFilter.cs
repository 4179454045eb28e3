using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;

namespace MtaSuite.Relay.Settings;

/// <summary>Tables that replace single lines of servers' replies before they are looked at.</summary>
public sealed class ReplyFilter(Maps maps)
{
    public static readonly ReplyFilter None = new(Maps.Empty);

    public bool IsEmpty => maps.IsEmpty;

    /// <summary>Whoever asks may have to wait.</summary>
    public bool MayBlock { get; } = maps.MayBlock;

    /// <summary>The line to use instead; the same when no table has one.</summary>
    public string Apply(string line)
    {
        LookupResult result = maps.Lookup(line);
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? result.Value : line;
    }
}

using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;

namespace MtaSuite.Relay.Settings;

/// <summary>Tables that replace single lines of servers' replies before they are looked at.</summary>
public sealed class ServerReplyFilter(Maps maps)
{
    public bool IsEmpty => maps.IsEmpty;

    /// <summary>The line to use instead; the same when no table has one.</summary>
    public async ValueTask<string> ApplyAsync(string line)
    {
        LookupResult result = await maps.LookupAsync(line);
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? result.Value : line;
    }
}

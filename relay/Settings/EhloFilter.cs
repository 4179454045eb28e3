using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;

namespace MtaSuite.Relay.Settings;

/// <summary>EHLO keywords of servers to ignore: for all, or by the server's address (the table's answer replaces the list).</summary>
public sealed class EhloFilter(string keywords, Maps byAddress)
{
    private readonly HashSet<string> _all = Keywords(keywords);

    /// <summary>The keywords to ignore for a server, in upper case; "silent-discard" is no keyword and is left out.</summary>
    public async ValueTask<IReadOnlySet<string>> ForAsync(IPAddress? server)
    {
        if (byAddress.IsEmpty || server == null) return _all;
        LookupResult result = await byAddress.LookupAsync(server.ToString());
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? Keywords(result.Value) : _all;
    }

    private static HashSet<string> Keywords(string text) =>
        [.. MailConfig.SplitList(text).Select(w => w.ToUpperInvariant()).Where(w => w != "SILENT-DISCARD")];
}

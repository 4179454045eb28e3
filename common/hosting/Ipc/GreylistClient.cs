using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>Asks the greylist. On the loop's thread.</summary>
/// <param name="path">Its socket.</param>
public sealed class GreylistClient(EventLoop loop, string path)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly LinkClient _link = new(loop, path);

    /// <summary>Why there was no answer, for the log.</summary>
    public string LastError => _link.LastError.Length > 0 ? _link.LastError : "no answer";

    /// <summary>What the greylist says; null: the service does not answer.</summary>
    public ValueTask<GreylistReply?> AskAsync(GreylistQuery query) =>
        new(_link.CallAsync<GreylistQuery, GreylistReply>(query).WithinAsync(loop, Timeout));
}

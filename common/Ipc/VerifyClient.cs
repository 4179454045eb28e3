using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>Asks verify what is known of addresses. On the loop's thread.</summary>
/// <param name="path">verify's socket.</param>
public sealed class VerifyClient(EventLoop loop, string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly LinkClient _link = new(loop, path);

    /// <summary>What is known of an address in internal form; null: the service does not answer.</summary>
    public async ValueTask<VerifyReply?> QueryAsync(string address)
    {
        Promise<VerifyReply?> answer = new();
        ForwardAsync(address, answer).Detach();
        LoopTimer limit = loop.After(Patience, () => answer.TrySet(null));
        VerifyReply? reply = await answer;
        limit.Cancel();
        return reply;
    }

    private async Task ForwardAsync(string address, Promise<VerifyReply?> answer) =>
        answer.TrySet(await _link.CallAsync<VerifyQuery, VerifyReply>(new VerifyQuery { Address = address }));

    /// <summary>Tells what became of a probe; false when nobody takes it.</summary>
    public bool Tell(VerifyUpdate update) => _link.TryNotify(update);

    public void Close() => _link.Close();
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>Asks verify what is known of addresses. On the loop's thread.</summary>
/// <param name="path">verify's socket.</param>
public sealed class VerifyClient(EventLoop loop, string path)
{
    private const int Retries = 2;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10), RetryDelay = TimeSpan.FromMilliseconds(300);
    private readonly LinkClient _link = new(loop, path);

    /// <summary>What is known of an address in internal form; null: the service does not answer.</summary>
    public async ValueTask<VerifyReply?> QueryAsync(string address)
    {
        Promise<VerifyReply?> answer = new();
        ForwardAsync(address, answer).Detach();
        return await answer.WithinAsync(loop, Timeout);
    }

    private async Task ForwardAsync(string address, Promise<VerifyReply?> answer)
    {
        VerifyReply? reply = await CallAsync(address);
        // a service that died or was replaced is there again soon
        for (int i = 0; i < Retries && reply == null && !answer.IsCompleted; i++)
        {
            await loop.Delay(RetryDelay);
            reply = await CallAsync(address);
        }
        answer.TrySet(reply);
    }

    private Promise<VerifyReply?> CallAsync(string address) =>
        _link.CallAsync<VerifyQuery, VerifyReply>(new VerifyQuery { Address = address });

    /// <summary>Reports the outcome of a probe; false when it cannot be delivered.</summary>
    public bool Tell(VerifyUpdate update) => _link.TryNotify(update);

    public void Close() => _link.Close();
}

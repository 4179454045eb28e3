using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>Content on its way to a filter while it comes from the client: a client is read no faster than the filter takes it.</summary>
internal sealed class ProxyContent(ProxyConnection filter) : ISubmission
{
    public bool IsAnswered => filter.HasLeft;

    public bool HasRoom => filter.HasRoom;

    public Promise<bool> RoomAsync()
    {
        Promise<bool> room = new();
        WaitAsync(room).Detach();
        return room;
    }

    private async Task WaitAsync(Promise<bool> room) => room.TrySet(await filter.DrainAsync());

    public void Write(ReadOnlySpan<byte> content) => filter.WriteContent(content);

    /// <summary>All content was written. The filter's reply is not asked for here.</summary>
    public Promise<SubmitReply> FinishAsync(SubmitEnd? late)
    {
        Promise<SubmitReply> done = new();
        done.TrySet(new SubmitReply());
        return done;
    }

    public void Abort(string reason) => filter.Dispose();
}

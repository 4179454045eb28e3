using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;

namespace MtaSuite.Bounce;

/// <summary>
/// A service that is asked with one message and answers with one. Requests run side by side, their disk work on a few threads; a peer that
/// goes away does not stop what it asked for.
/// </summary>
internal abstract class RequestService : LinkService, IStreamHandler
{
    /// <summary>Enough to keep several file syncs in flight.</summary>
    private const int Threads = 8;

    protected RequestService(ServiceContext context) : base(context)
    {
        Workers = new WorkerPool(Loop, "disk", Threads);
        Serve(_ => this);
    }

    protected WorkerPool Workers { get; }

    /// <summary>Decodes a request and starts it; null when it is broken. The task ends after the answer.</summary>
    protected abstract Task? Begin(LinkStream stream, ReadOnlySpan<byte> request);

    void IStreamHandler.OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type != FrameType.Open) return;
        if (Begin(stream, payload) is { } work) FollowAsync(work).Detach();
        else stream.Reset("bad request");
    }

    void IStreamHandler.OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    void IStreamHandler.OnReset(LinkStream stream, string reason) { }

    private async Task FollowAsync(Task work)
    {
        Began();
        await work;
        Ended();
    }
}

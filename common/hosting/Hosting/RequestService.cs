using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Hosting;

/// <summary>A service on links whose requests are answered at once, and which takes notices.</summary>
public abstract class RequestService : LinkService, IStreamHandler
{
    protected RequestService(ServiceContext context) : base(context) => Serve(_ => this, trustedOnly: true);

    /// <summary>Answers a request; false when it is broken.</summary>
    protected abstract bool Answer(LinkStream stream, ReadOnlySpan<byte> request);

    /// <summary>Takes a notice; false when it is broken.</summary>
    protected abstract bool Notice(Link link, ReadOnlySpan<byte> payload);

    /// <summary>A process that asked is gone, or has replaced its link.</summary>
    protected virtual void Gone(Link link) { }

    /// <summary>All links are closed and the process is about to leave.</summary>
    protected virtual Task LeaveAsync() => Task.CompletedTask;

    protected override void Accepted(Link link)
    {
        link.Noticed = Notice;
        Action<Link>? closed = link.Closed;
        link.Closed = l =>
        {
            Gone(l);
            closed?.Invoke(l);
        };
    }

    void IStreamHandler.OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type == FrameType.Open && !Answer(stream, payload)) stream.Reset("bad request");
    }

    void IStreamHandler.OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    void IStreamHandler.OnReset(LinkStream stream, string reason) { }

    public override void Drain(Action done) => base.Drain(() => FinishAsync(done).Detach());

    private async Task FinishAsync(Action done)
    {
        await LeaveAsync();
        done();
    }
}

using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;

namespace MtaSuite.Bounce;

/// <summary>
/// A service that is asked with one message and answers with one. Requests run side by side, their disk work on a few threads; a peer that goes away
/// does not stop what it asked for.
/// </summary>
internal abstract class LinkedService : IService, IStreamHandler
{
    /// <summary>Enough to keep several file syncs in flight.</summary>
    private const int Threads = 8;
    private readonly List<LinkServer> _servers = [];
    private Action? _drained;
    private bool _noLinks;

    protected LinkedService(ServiceContext context)
    {
        Context = context;
        Workers = new WorkerPool(context.Loop, "disk", Threads);
        foreach (int fd in context.Listeners) _servers.Add(new LinkServer(context.Loop, fd, _ => this));
    }

    protected ServiceContext Context { get; }
    protected WorkerPool Workers { get; }
    protected DateTimeOffset Now => Context.Loop.Time.GetUtcNow();

    /// <summary>Requests under way.</summary>
    public int Active { get; private set; }

    /// <summary>Decodes a request and starts it; null when it is broken. The task ends after the answer.</summary>
    protected abstract Task? Begin(LinkStream stream, ReadOnlySpan<byte> request);

    /// <summary>The service leaves: closes what it asks others with.</summary>
    protected virtual void Close() { }

    void IStreamHandler.OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type != FrameType.Open) return;
        Active++;
        if (Begin(stream, payload) is { } work)
        {
            FollowAsync(work).Detach();
            return;
        }
        Active--;
        stream.Reset("bad request");
    }

    void IStreamHandler.OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

    void IStreamHandler.OnReset(LinkStream stream, string reason) { }

    public void Drain(Action done)
    {
        _drained = done;
        int left = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                _noLinks = --left == 0;
                LeaveIfDone();
            };
            server.Leave();
        }
    }

    private async Task FollowAsync(Task work)
    {
        await work;
        Active--;
        LeaveIfDone();
    }

    private void LeaveIfDone()
    {
        if (!_noLinks || Active > 0 || _drained == null) return;
        Action done = _drained;
        _drained = null;
        Close();
        done();
    }
}

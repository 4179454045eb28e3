using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// A service that is asked over links: serves all its sockets, counts what is under way, and drains in the one right order: no new links,
/// peers sent on to the next process, what was asked for finished even when its peer is gone, then the links on which this service asks
/// others, then the end.
/// </summary>
public abstract class LinkService(ServiceContext context) : IService
{
    /// <summary>Time for the last frames to others to be sent.</summary>
    private static readonly TimeSpan LastBatch = TimeSpan.FromMilliseconds(20);
    private readonly List<LinkServer> _servers = [];
    private Action? _drained;
    private int _serversLeft;
    private int _active;

    protected ServiceContext Context => context;

    public EventLoop Loop => context.Loop;

    public SpoolDirectory Spool => context.Spool;

    /// <summary>Requests or messages under way.</summary>
    public virtual int Active => _active;

    /// <summary>Streams that wait for an answer, on all links.</summary>
    protected int StreamCount => _servers.Sum(s => s.StreamCount);

    /// <summary>Begins to serve. Once, when everything that a first request needs is there.</summary>
    /// <param name="trustedOnly">Serves root and the user of this process alone, where the socket's folder lets everybody in.</param>
    /// <param name="users">Limits for other users; null: none.</param>
    protected void Serve(Func<LinkStream, IStreamHandler> accept, bool trustedOnly = false, UserLimits? users = null)
    {
        UserQuota? quota = users == null ? null : new UserQuota(users);
        foreach (int fd in context.Listeners)
            _servers.Add(new LinkServer(Loop, fd, accept) { TrustedOnly = trustedOnly, LinkAccepted = Accepted, Users = quota });
    }

    /// <summary>A process has connected; nothing of it was read yet.</summary>
    protected virtual void Accepted(Link link) { }

    /// <summary>Something was taken on that must be finished before the service leaves.</summary>
    public void Began() => _active++;

    /// <summary>It is done, and answered.</summary>
    public void Ended()
    {
        _active--;
        LeaveIfDone();
    }

    /// <summary>Nothing is under way any more and the service leaves: closes what it asks others with.</summary>
    protected virtual void Close() { }

    public virtual void Drain(Action done)
    {
        _drained = done;
        _serversLeft = _servers.Count;
        foreach (LinkServer server in _servers)
        {
            server.Left = () =>
            {
                _serversLeft--;
                LeaveIfDone();
            };
            server.Leave();
        }
        LeaveIfDone();
    }

    private void LeaveIfDone()
    {
        if (_drained == null || _serversLeft > 0 || _active > 0) return;
        Action done = _drained;
        _drained = null;
        Close();
        Loop.After(LastBatch, done);
    }
}

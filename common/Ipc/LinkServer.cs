using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>The side that is asked: accepts links on a service's socket and makes a handler for each stream.</summary>
public sealed class LinkServer
{
    private readonly EventLoop _loop;
    private readonly Func<LinkStream, IStreamHandler> _accept;
    private readonly Listener _listener;
    private readonly HashSet<Link> _links = [];
    private bool _leaving;

    /// <param name="fd">A listening Unix socket; owned from here on.</param>
    public LinkServer(EventLoop loop, int fd, Func<LinkStream, IStreamHandler> accept)
    {
        _loop = loop;
        _accept = accept;
        _listener = new Listener(loop, fd, (peer, _) => Accepted(peer));
    }

    /// <summary>Called with each new link before its first stream.</summary>
    public Action<Link>? LinkAccepted { get; set; }

    /// <summary>Called when the last link is gone after <see cref="Leave"/>.</summary>
    public Action? Left { get; set; }

    /// <summary>Serves root and the user of this process alone, where the socket's folder lets everybody in.</summary>
    public bool TrustedOnly { get; init; }

    public int LinkCount => _links.Count;

    /// <summary>Streams that wait for an answer.</summary>
    public int StreamCount => _links.Sum(l => l.StreamCount);

    private void Accepted(int fd)
    {
        Link link = new(_loop, fd, _accept);
        if (TrustedOnly && !link.IsPeerTrusted)
        {
            Log.Log.Warning($"uid {link.PeerUid} may not use this service");
            link.Close();
            return;
        }
        _links.Add(link);
        link.Closed = l =>
        {
            _links.Remove(l);
            if (_leaving && _links.Count == 0) Left?.Invoke();
        };
        LinkAccepted?.Invoke(link);
        if (_leaving) link.GoAway();
        link.Start();
    }

    /// <summary>Takes no new links, tells the peers to move on, and calls <see cref="Left"/> once their streams are answered.</summary>
    public void Leave()
    {
        if (_leaving) return;
        _leaving = true;
        _listener.Dispose();
        foreach (Link link in _links.ToArray()) link.GoAway();
        if (_links.Count == 0) Left?.Invoke();
    }
}

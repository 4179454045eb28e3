using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Ipc;

/// <summary>
/// The side that is asked: accepts links on a service's socket and makes a handler for each stream. Where every local user may connect, a
/// <see cref="UserQuota"/> says what each may take; a user at a limit is told to try again.
/// </summary>
public sealed class LinkServer
{
    /// <summary>A peer that runs goes to the next process at once when it is told to; one that does not is not waited for.</summary>
    private static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(2);
    private readonly EventLoop _loop;
    private readonly Func<LinkStream, IStreamHandler> _accept;
    private readonly Listener _listener;
    private readonly HashSet<Link> _links = [];
    private readonly LimitedWarning _refused;
    private bool _leaving, _looks;

    /// <param name="fd">A listening Unix socket; owned from here on.</param>
    public LinkServer(EventLoop loop, int fd, Func<LinkStream, IStreamHandler> accept)
    {
        _loop = loop;
        _accept = accept;
        _refused = new LimitedWarning(loop);
        _listener = new Listener(loop, fd, (peer, _) => Accepted(peer));
    }

    /// <summary>Called with each new link before its first stream.</summary>
    public Action<Link>? LinkAccepted { get; set; }

    /// <summary>Called when the last link is gone after <see cref="Leave"/>.</summary>
    public Action? Left { get; set; }

    /// <summary>Serves root and the user of this process alone, where the socket's folder lets everybody in.</summary>
    public bool TrustedOnly { get; init; }

    /// <summary>Limits for other users than root and the user of this process; null: none.</summary>
    public UserQuota? Users { get; init; }

    public int LinkCount => _links.Count;

    /// <summary>Streams that wait for an answer.</summary>
    public int StreamCount => _links.Sum(l => l.StreamCount);

    private void Accepted(int fd)
    {
        uint uid = Sockets.TryPeerCredentials(fd, out _, out uint peer, out _) ? peer : uint.MaxValue;
        bool trusted = Link.IsTrusted(uid);
        UserShare? share = null;
        string refusal = TrustedOnly && !trusted ? $"uid {uid} may not use this service" : "";
        if (refusal.Length == 0 && Users is { } users && (!trusted || users.AppliesToAll)) share = users.TryConnect(uid, out refusal);
        Link link = new(_loop, fd, _accept, share);
        if (refusal.Length > 0)
        {
            _refused.Add(refusal);
            if (TrustedOnly) link.Close();
            else link.Refuse(refusal);
            return;
        }
        _links.Add(link);
        link.Closed = l => Closed(l, uid);
        LinkAccepted?.Invoke(link);
        if (_leaving) link.GoAway();
        link.Start();
        if (share != null && Users!.Limits.Idle > TimeSpan.Zero) ScheduleCheck();
    }

    private void Closed(Link link, uint uid)
    {
        _links.Remove(link);
        if (link.Share is { } share) Users!.Disconnect(uid, share);
        if (_leaving && _links.Count == 0) Left?.Invoke();
    }

    /// <summary>Checks links with limits from time to time, as long as there are any.</summary>
    private void ScheduleCheck()
    {
        const int often = 4, mostMilliseconds = 5_000, leastMilliseconds = 50;
        if (_looks) return;
        _looks = true;
        _loop.After(TimeSpan.FromMilliseconds(Math.Clamp(Users!.Limits.Idle.TotalMilliseconds / often,
            leastMilliseconds, mostMilliseconds)), () =>
        {
            _looks = false;
            Link[] limited = [.. _links.Where(l => l.Share != null)];
            foreach (Link link in limited) link.CloseIfIdle();
            if (_links.Any(l => l.Share != null)) ScheduleCheck();
        });
    }

    /// <summary>
    /// Takes no new links, tells the peers to move on, and calls <see cref="Left"/> once their streams are answered. Links of users with
    /// limits that ask for nothing end at once, others that ask for nothing after a moment. With <see cref="Users"/>, what is still asked
    /// for after their drain time is given up.
    /// </summary>
    public void Leave()
    {
        if (_leaving) return;
        _leaving = true;
        _refused.Tell();
        _listener.Dispose();
        foreach (Link link in _links.ToArray())
        {
            link.GoAway();
            if (link.Share != null) link.CloseWhenIdle();
        }
        if (_links.Count == 0)
        {
            Left?.Invoke();
            return;
        }
        _loop.After(LeaveGrace, () =>
        {
            foreach (Link link in _links.ToArray()) link.CloseWhenIdle();
        });
        if (Users is { } users) _loop.After(users.Limits.Drain, GiveUp);
    }

    private void GiveUp()
    {
        int streams = StreamCount;
        if (streams > 0)
            Log.Log.Warning($"{streams} requests of local commands did not end in time (local_user_drain_timeout): closed");
        foreach (Link link in _links.ToArray())
            link.BreakOff("the mail system was reloaded while this request was under way: try again later");
    }
}

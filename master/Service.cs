using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Master;

/// <summary>
/// One service of master.cf: its sockets, its processes, its back-off. While no process takes connections, master watches the sockets and
/// starts processes when a client connects.
/// </summary>
internal sealed class Service(Supervisor supervisor, ServiceEntry entry, CommandRow row) : IReadiness
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(2);
    private readonly List<int> _watched = [];
    private TimeSpan _backOff = TimeSpan.Zero;
    private bool _waiting;

    public ServiceEntry Entry { get; set; } = entry;
    public CommandRow Row { get; set; } = row;
    public List<ListenSocket> Sockets { get; set; } = [];
    public List<Child> Children { get; } = [];
    /// <summary>How long its processes may say nothing.</summary>
    public TimeSpan Timeout { get; set; }
    /// <summary>Taken out of master.cf: nothing is started any more.</summary>
    public bool Removed { get; set; }

    /// <summary>A client has connected since the suite was started.</summary>
    public bool WasUsed { get; private set; }

    public string Key => $"{Entry.Name}/{Entry.Type}";

    private bool Serving => Children.Any(c => !c.Leaving);

    /// <summary>It has another configuration: what it failed by before does not count.</summary>
    public void Forgive() => (_waiting, _backOff) = (false, TimeSpan.Zero);

    /// <summary>Starts processes now, or waits for a connection.</summary>
    public void Begin(bool now)
    {
        if (now) StartChildren();
        else Watch();
    }

    /// <summary>Starts as many processes as are wanted, unless it is serving, waits after a failure, or an old one must go first.</summary>
    public void StartChildren()
    {
        Unwatch();
        if (Removed || supervisor.Stopping || _waiting || Serving) return;
        if (Row.Exclusive && Children.Count > 0) return;
        int wanted = Row.Single ? 1 : supervisor.ProcessesFor(Entry);
        for (int i = 0; i < wanted; i++)
        {
            if (supervisor.Spawn(this)) continue;
            BackOff();
            return;
        }
    }

    /// <summary>A process ended.</summary>
    public void Ended(Child child, bool clean)
    {
        Children.Remove(child);
        if (Removed || supervisor.Stopping) return;
        if (child.Served || clean) _backOff = TimeSpan.Zero;
        else if (!child.Served)
        {
            BackOff();
            return;
        }
        if (Serving) return;
        Begin(now: Row.Boot || !clean);
    }

    private void BackOff()
    {
        _backOff = NextBackOff(_backOff, supervisor.LongestBackOff);
        Log.Warning($"{supervisor.ProgramPath(this)}: bad command startup -- throttling for {_backOff.TotalSeconds} s");
        _waiting = true;
        supervisor.Loop.After(_backOff, () =>
        {
            _waiting = false;
            if (!Serving) Begin(now: Row.Boot);
        });
    }

    /// <summary>Two seconds after the first failure, twice as long after each further one, up to service_throttle_time.</summary>
    internal static TimeSpan NextBackOff(TimeSpan last, TimeSpan longest)
    {
        TimeSpan next = last == TimeSpan.Zero ? FirstBackOff : last * 2;
        return next < longest ? next : longest;
    }

    /// <summary>It leaves: connections that come from now on are for another process.</summary>
    public void ChildLeaves(Child child)
    {
        child.Leaving = true;
        if (!Serving && !supervisor.Stopping && !Removed) Begin(now: Row.Boot);
    }

    private void Watch()
    {
        if (_watched.Count > 0 || _waiting || Removed || (Row.Exclusive && Children.Count > 0)) return;
        foreach (ListenSocket socket in Sockets)
            if (supervisor.Loop.Watch(socket.Fd, Epoll.EPOLLIN, this)) _watched.Add(socket.Fd);
    }

    public void Unwatch()
    {
        foreach (int fd in _watched) supervisor.Loop.Unwatch(fd);
        _watched.Clear();
    }

    void IReadiness.OnReady(uint events)
    {
        WasUsed = true;
        StartChildren();
    }
}

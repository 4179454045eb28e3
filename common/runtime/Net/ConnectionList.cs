using System.Runtime.CompilerServices;

namespace MtaSuite.Common.Net;

/// <summary>All open connections of one loop, ticked once a second so that no connection needs a timer of its own.</summary>
internal sealed class ConnectionList
{
    private static readonly ConditionalWeakTable<EventLoop, ConnectionList> Lists = [];
    private readonly List<Connection> _all = [];
    private readonly EventLoop _loop;
    private LoopTimer? _timer;

    private ConnectionList(EventLoop loop) => _loop = loop;

    internal static ConnectionList Of(EventLoop loop) => Lists.GetValue(loop, static l => new ConnectionList(l));

    internal void Add(Connection connection)
    {
        connection.ListIndex = _all.Count;
        _all.Add(connection);
        _timer ??= _loop.Every(TimeSpan.FromSeconds(1), Tick);
    }

    internal void Remove(Connection connection)
    {
        int index = connection.ListIndex;
        if (index < 0) return;
        Connection last = _all[^1];
        _all[index] = last;
        last.ListIndex = index;
        _all.RemoveAt(_all.Count - 1);
        connection.ListIndex = -1;
    }

    private void Tick()
    {
        // backwards: a connection that closes itself moves the last one into its place
        for (int i = _all.Count - 1; i >= 0; i--)
            if (i < _all.Count) _all[i].Tick(_loop.NowMilliseconds);
        if (_all.Count > 0) return;
        _timer?.Cancel();
        _timer = null;
    }
}

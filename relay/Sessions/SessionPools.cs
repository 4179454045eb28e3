using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>The pools of all nexthops that have sessions or had some lately.</summary>
internal sealed class SessionPools
{
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(60);
    private readonly EventLoop _loop;
    private readonly RelaySettings _settings;
    private readonly Dictionary<string, SessionPool> _pools = new(StringComparer.OrdinalIgnoreCase);

    public SessionPools(EventLoop loop, RelaySettings settings)
    {
        (_loop, _settings) = (loop, settings);
        loop.Every(s_sweepInterval, Sweep);
    }

    /// <summary>Idle sessions by server.</summary>
    public SharedSessions Shared { get; } = new();

    /// <summary>The sessions with a nexthop.</summary>
    /// <param name="senderKey">Whose login they use, where that depends on the sender, and what the sender demands of them; else
    /// empty.</param>
    public async ValueTask<SessionPool> FindAsync(string nexthop, string senderKey)
    {
        string key = senderKey.Length == 0 ? nexthop : $"{nexthop}\n{senderKey}";
        if (_pools.TryGetValue(key, out SessionPool? pool)) return pool;
        string host = Nexthop.ParseList(nexthop, _settings.IsLmtp) is [var first, ..] ? first.Host : "";
        bool isListed = await _settings.Cache.IsListedAsync(host);
        // another delivery may have asked meanwhile
        return _pools.TryGetValue(key, out pool) ? pool : _pools[key] = new SessionPool(_loop, _settings.Cache, isListed, Shared);
    }

    /// <summary>Ends the sessions that nobody uses.</summary>
    public void CloseIdle()
    {
        foreach (SessionPool pool in _pools.Values) pool.CloseIdle();
    }

    private void Sweep()
    {
        foreach ((string key, SessionPool pool) in _pools)
            if (pool.IsUnused) _pools.Remove(key); // removing while enumerating is allowed for a dictionary
    }
}

namespace MtaSuite.Relay.Sessions;

/// <summary>The idle sessions of all pools by server: many domains share the same mail exchangers.</summary>
internal sealed class SharedSessions
{
    private readonly Dictionary<string, List<PooledSession>> _byServer = new(StringComparer.Ordinal);

    public void Add(PooledSession session)
    {
        if (!_byServer.TryGetValue(session.Key, out List<PooledSession>? list)) _byServer[session.Key] = list = [];
        list.Add(session);
    }

    public void Remove(PooledSession session)
    {
        if (!_byServer.TryGetValue(session.Key, out List<PooledSession>? list)) return;
        list.Remove(session);
        if (list.Count == 0) _byServer.Remove(session.Key);
    }

    /// <summary>Takes an idle session with a server for another pool, to which it belongs from now on; null: there is none.</summary>
    public PooledSession? Take(string key, SessionPool pool)
    {
        if (!_byServer.TryGetValue(key, out List<PooledSession>? list)) return null;
        PooledSession session = list[^1];
        session.Pool.EndIdle(session);
        session.Pool.Left();
        session.Join(pool);
        return session;
    }
}

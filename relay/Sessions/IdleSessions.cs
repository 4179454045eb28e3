namespace MtaSuite.Relay.Sessions;

/// <summary>The idle sessions of all destinations by server: many domains share the same exchangers.</summary>
internal sealed class IdleSessions
{
    private readonly Dictionary<string, List<Session>> _byServer = new(StringComparer.Ordinal);

    public void Add(Session session)
    {
        if (!_byServer.TryGetValue(session.SharingKey, out List<Session>? list)) _byServer[session.SharingKey] = list = [];
        list.Add(session);
    }

    public void Remove(Session session)
    {
        if (!_byServer.TryGetValue(session.SharingKey, out List<Session>? list)) return;
        list.Remove(session);
        if (list.Count == 0) _byServer.Remove(session.SharingKey);
    }

    /// <summary>
    /// Takes an idle session with a server for another destination, which it belongs to from now on; null: there is none.
    /// </summary>
    public Session? Take(string key, Destination destination)
    {
        if (!_byServer.TryGetValue(key, out List<Session>? list)) return null;
        Session session = list[^1];
        session.Home!.EndIdle(session);
        session.Home.Left(session);
        session.Join(destination);
        return session;
    }
}

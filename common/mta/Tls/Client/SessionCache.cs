using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls.Client;

/// <summary>
/// Sessions to resume, by server and everything that the session depended on; the oldest leave when there are too many. Owns the handles.
/// </summary>
internal sealed class SessionCache(TimeSpan lifetime, TimeProvider clock)
{
    private const int MaxSessions = 1000;
    private readonly Dictionary<string, (nint Session, long Since)> _all = [];

    /// <summary>A session that is still good, or 0; it stays the cache's.</summary>
    public nint Find(string key)
    {
        if (!_all.TryGetValue(key, out (nint Session, long Since) found)) return 0;
        if (clock.GetElapsedTime(found.Since) < lifetime) return found.Session;
        Remove(key);
        return 0;
    }

    /// <summary>Takes over a session; 0 is none.</summary>
    public void Add(string key, nint session)
    {
        if (session == 0) return;
        Remove(key);
        if (lifetime <= TimeSpan.Zero)
        {
            SslSessions.Free(session);
            return;
        }
        if (_all.Count >= MaxSessions) Remove(_all.MinBy(s => s.Value.Since).Key);
        _all[key] = (session, clock.GetTimestamp());
    }

    private void Remove(string key)
    {
        if (_all.Remove(key, out (nint Session, long Since) old)) SslSessions.Free(old.Session);
    }
}

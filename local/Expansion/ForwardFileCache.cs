using System.Collections.Concurrent;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// Remembers for a second that a user has no .forward file: a busy mailbox would otherwise have it looked for, as the user, with each
/// message. A new file is noticed within that second.
/// </summary>
internal sealed class ForwardFileCache(TimeProvider clock)
{
    private const int MaxRemembered = 4096;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, long> _none = new(StringComparer.Ordinal);

    /// <summary>True while the user is known to have none.</summary>
    public bool HasNone(string user) => _none.TryGetValue(user, out long noted) && clock.GetElapsedTime(noted) < s_lifetime;

    public void NoteNone(string user)
    {
        if (_none.Count >= MaxRemembered) _none.Clear();
        _none[user] = clock.GetTimestamp();
    }
}

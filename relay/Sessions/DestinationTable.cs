using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>All destinations that have sessions or had some lately.</summary>
internal sealed class DestinationTable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(60);
    private readonly EventLoop _loop;
    private readonly RelaySettings _settings;
    private readonly Dictionary<string, Destination> _all = new(StringComparer.OrdinalIgnoreCase);

    public DestinationTable(EventLoop loop, RelaySettings settings)
    {
        (_loop, _settings) = (loop, settings);
        loop.Every(SweepInterval, Sweep);
    }

    /// <summary>Idle sessions by server.</summary>
    public IdleSessions Idle { get; } = new();

    /// <summary>The sessions with a nexthop.</summary>
    /// <param name="demands">Whose login they use, where that depends on the sender, and what the sender demands of them; else
    /// empty.</param>
    public async ValueTask<Destination> FindAsync(string nexthop, string demands)
    {
        string key = demands.Length == 0 ? nexthop : $"{nexthop}\n{demands}";
        if (_all.TryGetValue(key, out Destination? destination)) return destination;
        string host = Nexthop.ParseList(nexthop, _settings.IsLmtp) is [var first, ..] ? first.Host : "";
        bool isListed = await _settings.Cache.IsListedAsync(host);
        // another delivery may have asked meanwhile
        return _all.TryGetValue(key, out destination) ? destination : _all[key] = new Destination(_loop, _settings.Cache, isListed, Idle);
    }

    /// <summary>Ends the sessions that nobody uses.</summary>
    public void CloseIdle()
    {
        foreach (Destination destination in _all.Values) destination.CloseIdle();
    }

    private void Sweep()
    {
        foreach ((string nexthop, Destination destination) in _all)
            if (destination.IsUnused) _all.Remove(nexthop); // removing while enumerating is allowed for a dictionary
    }
}

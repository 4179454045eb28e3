using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Login;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Sessions;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Deliveries;

/// <summary>What all deliveries of a process share.</summary>
internal sealed class RelayContext(EventLoop loop, SpoolDirectory spool, RelaySettings settings, ITargetFinder finder)
{
    public EventLoop Loop { get; } = loop;
    public SpoolDirectory Spool { get; } = spool;
    public RelaySettings Settings { get; } = settings;
    public ITargetFinder Finder { get; } = finder;
    /// <summary>Null: no TLS.</summary>
    public TlsPolicies? TlsPolicies { get; init; }
    /// <summary>Null: no reports on TLS are made.</summary>
    public TlsReporter? TlsReporter { get; init; }
    public Logins Logins { get; } = new(loop, settings.Login);
    public SessionPools Sessions { get; } = new(loop, settings);
}

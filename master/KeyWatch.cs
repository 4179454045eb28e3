using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tls;

namespace MtaSuite.Master;

/// <summary>
/// Renewed TLS keys that only root may read. Daemons read theirs before they give up root's rights and cannot read them again, so master looks at the
/// files, tries those that have changed, and has the service's processes replaced when they can be used. What mail_owner may read is the daemons' own business.
/// </summary>
internal sealed class KeyWatch
{
    private sealed record Watched(TlsServerSettings Settings, long Stamp);

    private readonly bool _isRoot = Libc.GetEUid() == 0;
    private readonly Dictionary<string, Watched> _services = [];

    /// <summary>A service that may have such keys.</summary>
    public bool Concerns(ServiceEntry entry) => _isRoot && entry.Command == "smtpd";

    /// <summary>The configuration has changed: what is to be watched is added anew.</summary>
    public void Forget() => _services.Clear();

    /// <summary>Watches a service's files as they are now, if they need it. Before its processes are started.</summary>
    /// <param name="config">With the settings of the service.</param>
    public void Add(string key, ServiceEntry entry, MailConfig config)
    {
        if (!Concerns(entry)) return;
        TlsServerSettings settings = new(config);
        if (!settings.IsOn || settings.Files.IsEmpty || Libc.FindAccount(config.Get(CommonParams.MailOwner), out Account? owner) != 0 || owner == null) return;
        if (!settings.Files.Files.All(f => IsReadable(f, owner))) _services[key] = new Watched(settings, settings.Files.Stamp());
    }

    /// <summary>Looks at all files; calls <paramref name="replace"/> with the key of each service whose processes should be replaced.</summary>
    public void Look(Action<string> replace)
    {
        foreach ((string key, Watched watched) in _services.ToArray())
        {
            long stamp = watched.Settings.Files.Stamp();
            if (stamp == 0 || stamp == watched.Stamp) continue;
            _services[key] = watched with { Stamp = stamp };
            if (IsUsable(watched.Settings)) replace(key);
        }
    }

    private static bool IsReadable(string file, Account account) => Libc.TryStat(file, out Libc.FileStatus status)
        && ((status.Permissions & 0x4) != 0 || (status.Uid == account.Uid && (status.Permissions & 0x100) != 0) || (status.Gid == account.Gid && (status.Permissions & 0x20) != 0));

    private static bool IsUsable(TlsServerSettings settings)
    {
        using TlsServer? server = settings.TryStart(TimeProvider.System, out string error);
        if (server == null) Log.Warning($"TLS keys and certificates have changed and cannot be used, the old ones stay: {error}");
        else Log.Info($"TLS keys and certificates have changed: new processes take them up");
        return server != null;
    }
}

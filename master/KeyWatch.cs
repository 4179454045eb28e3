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
internal sealed class KeyWatch(string directory)
{
    private sealed record Watched(TlsServerSettings Settings, long Stamp);

    private Dictionary<string, Watched>? _services;

    /// <summary>The configuration has changed: what is to be watched is found out anew.</summary>
    public void Forget() => _services = null;

    /// <summary>Looks at all files; calls <paramref name="replace"/> with the key of each service whose processes should be replaced.</summary>
    /// <param name="services">By key.</param>
    public void Look(MailConfig config, IEnumerable<(string Key, ServiceEntry Entry)> services, Action<string> replace)
    {
        if (Libc.GetEUid() != 0) return;
        if (_services == null)
        {
            _services = [];
            foreach ((string key, ServiceEntry entry) in services)
                if (entry.Command == "smtpd" && Find(entry, config.Get(CommonParams.MailOwner)) is { } found) _services[key] = found;
            return;
        }
        foreach ((string key, Watched watched) in _services.ToArray())
        {
            long stamp = watched.Settings.Files.Stamp();
            if (stamp == 0 || stamp == watched.Stamp) continue;
            _services[key] = watched with { Stamp = stamp };
            if (IsUsable(watched.Settings)) replace(key);
        }
    }

    private Watched? Find(ServiceEntry entry, string owner)
    {
        TlsServerSettings settings = new(MailConfig.Load(directory, entry.Overrides, entry.Name, entry.Command).Config);
        if (!settings.IsOn || settings.Files.IsEmpty || Libc.FindAccount(owner, out Account? account) != 0 || account == null) return null;
        return settings.Files.Files.All(f => IsReadable(f, account)) ? null : new Watched(settings, settings.Files.Stamp());
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

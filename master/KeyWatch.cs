using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;

namespace MtaSuite.Master;

/// <summary>
/// Renewed TLS keys, and changed logins for providers, that only root may read. Daemons read theirs before they give up root's rights and
/// cannot read them again, so master looks at the files, tries keys that have changed, and has the service's processes replaced when they
/// can be used. What mail_owner may read is the daemons' own business.
/// </summary>
internal sealed class KeyWatch
{
    /// <param name="IsUsable">What has changed can be used.</param>
    private sealed record Watched(IReadOnlyList<string> Files, Func<bool> IsUsable, long Stamp);

    private readonly bool _isRoot = Credentials.GetEUid() == 0;
    private readonly Dictionary<string, Watched> _services = [];

    /// <summary>A service whose own settings are needed to know its keys.</summary>
    public bool Concerns(ServiceEntry entry) => _isRoot && entry.Command == "smtpd";

    /// <summary>The configuration has changed: what is to be watched is added anew.</summary>
    public void Forget() => _services.Clear();

    /// <summary>Watches a service's files as they are now, if they need it. Before its processes are started.</summary>
    /// <param name="config">With the settings of the service.</param>
    public void Add(string key, ServiceEntry entry, MailConfig config)
    {
        if (Concerns(entry))
        {
            TlsServerSettings settings = new(config);
            if (settings.IsOn && !settings.Files.IsEmpty)
                Watch(key, config, [.. settings.Files.Files, .. settings.ServerNameFiles()], () => IsUsable(settings));
        }
        else if (_isRoot && entry.Command is "smtp" or "lmtp")
            Watch(key, config, LoginFiles(config, entry.Command == "lmtp"), static () => true);
    }

    private void Watch(string key, MailConfig config, List<string> files, Func<bool> isUsable)
    {
        if (files.Count == 0 || UserDatabase.Find(config.Get(CommonParams.MailOwner), out Account? owner) != 0 || owner == null) return;
        if (!files.All(f => IsReadable(f, owner))) _services[key] = new Watched(files, isUsable, KeyPairFiles.Stamp(files));
    }

    /// <summary>The files of the tables that say how to log in at servers.</summary>
    private static List<string> LoginFiles(MailConfig config, bool lmtp)
    {
        if (!config.Get(lmtp ? LmtpClientParams.LmtpSaslAuthEnable : SmtpClientParams.SmtpSaslAuthEnable)) return [];
        string tables = config.Get(lmtp ? LmtpClientParams.LmtpSaslPasswordMaps : SmtpClientParams.SmtpSaslPasswordMaps) + " "
            + config.Get(lmtp ? LmtpClientParams.LmtpSaslTokenMaps : SmtpClientParams.SmtpSaslTokenMaps);
        return [.. ConfigList.Split(tables).SelectMany(TableFactory.FilesOf)];
    }

    /// <summary>
    /// Looks at all files; calls <paramref name="replace"/> with the key of each service whose processes should be replaced.
    /// </summary>
    public void Look(Action<string> replace)
    {
        foreach ((string key, Watched watched) in _services.ToArray())
        {
            long stamp = KeyPairFiles.Stamp(watched.Files);
            if (stamp == 0 || stamp == watched.Stamp) continue;
            _services[key] = watched with { Stamp = stamp };
            if (watched.IsUsable()) replace(key);
        }
    }

    private static bool IsReadable(string file, Account account) => FileStatus.TryGet(file, out FileStatus status)
        && ((status.Permissions & FileModes.OthersRead) != 0
        || (status.Uid == account.Uid && (status.Permissions & FileModes.OwnerRead) != 0)
        || (status.Gid == account.Gid && (status.Permissions & FileModes.GroupRead) != 0));

    private static bool IsUsable(TlsServerSettings settings)
    {
        using TlsServer? server = settings.TryStart(TimeProvider.System, out string error);
        if (server == null) Log.Warning($"TLS keys and certificates have changed and cannot be used, the old ones stay in use: {error}");
        else Log.Info($"TLS keys and certificates have changed: new processes will use them");
        return server != null;
    }
}

using MtaSuite.Common.Native;

namespace MtaSuite.Local.Rights;

/// <summary>
/// On whose behalf a delivery writes files and runs commands. Uid 0 means "nobody in particular yet": default_privs take its place.
/// </summary>
public sealed record UserRights(uint Uid, uint Gid, string LogName, string? Home, string? Shell)
{
    /// <summary>No user context: an alias that root owns.</summary>
    public static readonly UserRights None = new(0, 0, "", null, null);

    /// <summary>An account without a shell has the standard one, as for login(1).</summary>
    public static UserRights Of(Account account) =>
        new(account.Uid, account.Gid, account.Name, account.Home, account.Shell.Length > 0 ? account.Shell : "/bin/sh");

    /// <summary>These rights, or the default ones where these would be root's.</summary>
    public UserRights OrDefault(UserRights defaults) =>
        Uid != 0 && Gid != 0 ? this : this with { Uid = Uid == 0 ? defaults.Uid : Uid, Gid = Gid == 0 ? defaults.Gid : Gid };
}

using MtaSuite.Common.Native;

namespace MtaSuite.Local.Rights;

/// <summary>
/// A scope in which the file access of this thread is a user's. Inside it: only synchronous calls on descriptors and paths, no logging,
/// no table look-up, nothing that could start a thread (which would keep the identity for good). Without root it changes nothing:
/// everything then runs as the invoking user.
/// </summary>
public readonly ref struct FileIdentity
{
    /// <summary>Whether this process can act as others.</summary>
    public static readonly bool IsPrivileged = Credentials.GetEUid() == 0;

    [ThreadStatic] private static bool t_limited;

    private readonly bool _changed;

    private FileIdentity(bool changed) => _changed = changed;

    /// <summary>Takes a user's identity; false when the system refused, and then nothing may be done for that user.</summary>
    public static bool TryAssume(uint uid, uint gid, out FileIdentity identity)
    {
        bool change = IsPrivileged && (uid != 0 || gid != 0);
        identity = new FileIdentity(change);
        if (!change) return true;
        // else quotas and the blocks reserved for root would not hold for this thread
        if (!t_limited) t_limited = Credentials.DropResourceOverride();
        if (Credentials.SetFileIdentity(uid, gid)) return true;
        Credentials.ResetFileIdentity();
        identity = default;
        return false;
    }

    /// <summary>Gives root's identity back.</summary>
    public void Dispose()
    {
        if (_changed) Credentials.ResetFileIdentity();
    }
}

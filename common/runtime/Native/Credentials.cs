using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>credentials(7): users, groups and capabilities of this process and of one thread.</summary>
public static unsafe partial class Credentials
{
    private const int SysSetGroups = 116, SysSetFsUid = 122, SysSetFsGid = 123;
    [ThreadStatic] private static bool t_groupless;

    [LibraryImport("libc", EntryPoint = "getuid")]
    public static partial uint GetUid();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEUid();

    [LibraryImport("libc", EntryPoint = "getegid")]
    internal static partial uint GetEGid();

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    public static partial int SetUid(uint uid);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    public static partial int SetGid(uint gid);

    [LibraryImport("libc", EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InitGroups(string user, uint gid);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroupsRaw(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetResGid(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetResUid(uint real, uint effective, uint saved);

    /// <summary>
    /// Drops the whole process to a user: groups, gid, uid, then no new privileges. False with errno set when any step failed.
    /// </summary>
    public static bool DropPrivileges(string user, uint uid, uint gid) =>
        SetGid(gid) == 0 && InitGroups(user, gid) == 0 && SetUid(uid) == 0
        && Processes.Prctl(Processes.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

    /// <summary>
    /// Turns the whole process, every thread of it, into a user for good: supplementary groups, then gid, then uid. False with errno set.
    /// </summary>
    public static bool BecomeUser(uint uid, uint gid, ReadOnlySpan<uint> groups)
    {
        fixed (uint* p = groups)
        {
            if (SetGroupsRaw((nuint)groups.Length, p) != 0) return false;
        }
        return SetResGid(gid, gid, gid) == 0 && SetResUid(uid, uid, uid) == 0;
    }

    /// <summary>
    /// Makes file access of THIS THREAD that of a user; false when it did not take effect. Only on a thread that does nothing else, with
    /// no await, no task and no new thread before <see cref="ResetFileIdentity"/>: a thread born meanwhile keeps the identity for good. The
    /// thread loses its supplementary groups the first time, for good: root needs none, and a user must not have root's.
    /// </summary>
    public static bool SetFileIdentity(uint uid, uint gid)
    {
        if (!t_groupless && !(t_groupless = SetThreadGroups([]))) return false;
        _ = SystemCall.Invoke(SysSetFsGid, (nint)gid, 0, 0);
        _ = SystemCall.Invoke(SysSetFsUid, (nint)uid, 0, 0);
        return SystemCall.Invoke(SysSetFsUid, -1, 0, 0) == (nint)uid && SystemCall.Invoke(SysSetFsGid, -1, 0, 0) == (nint)gid;
    }

    /// <summary>Gives this thread root's file identity back.</summary>
    public static void ResetFileIdentity()
    {
        _ = SystemCall.Invoke(SysSetFsUid, 0, 0, 0);
        _ = SystemCall.Invoke(SysSetFsGid, 0, 0, 0);
    }

    /// <summary>The file identity (fsuid) that this thread has now.</summary>
    public static uint CurrentFileUser() => (uint)SystemCall.Invoke(SysSetFsUid, -1, 0, 0);

    private static bool SetThreadGroups(ReadOnlySpan<uint> groups)
    {
        fixed (uint* p = groups) return SystemCall.Invoke(SysSetGroups, groups.Length, (nint)p, 0) == 0;
    }

    /// <summary>
    /// Takes CAP_SYS_RESOURCE from THIS THREAD for good. A thread that changes its file identity only would otherwise write past users'
    /// quotas and into the blocks that a file system reserves for root.
    /// </summary>
    public static bool DropResourceOverride()
    {
        const int sysCapGet = 125, sysCapSet = 126;
        const uint version3 = 0x20080522, sysResource = 1u << 24;
        uint* header = stackalloc uint[2] { version3, 0 };
        uint* sets = stackalloc uint[6]; // {effective, permitted, inheritable} for capabilities 0-31, then 32-63
        if (SystemCall.Invoke(sysCapGet, (nint)header, (nint)sets, 0) != 0) return false;
        sets[0] &= ~sysResource;
        sets[1] &= ~sysResource;
        return SystemCall.Invoke(sysCapSet, (nint)header, (nint)sets, 0) == 0;
    }
}

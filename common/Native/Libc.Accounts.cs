using System.Globalization;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>A line of the password database.</summary>
public sealed record Account(string Name, uint Uid, uint Gid, string Gecos, string Home, string Shell);

public static unsafe partial class Libc
{
    [LibraryImport(Lib, EntryPoint = "getuid")]
    public static partial uint GetUid();

    [LibraryImport(Lib, EntryPoint = "geteuid")]
    public static partial uint GetEUid();

    [LibraryImport(Lib, EntryPoint = "getegid")]
    private static partial uint GetEGid();

    [LibraryImport(Lib, EntryPoint = "setuid", SetLastError = true)]
    public static partial int SetUid(uint uid);

    [LibraryImport(Lib, EntryPoint = "setgid", SetLastError = true)]
    public static partial int SetGid(uint gid);

    [LibraryImport(Lib, EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InitGroups(string user, uint gid);

    [LibraryImport(Lib, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a, nint b, nint c);

    [StructLayout(LayoutKind.Sequential)]
    private struct PasswdEntry
    {
        public nint Name, Password;
        public uint Uid, Gid;
        public nint Gecos, Home, Shell;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public nint Name, Password;
        public uint Gid;
        public nint Members;
    }

    [LibraryImport(Lib, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetPwNam(string name, PasswdEntry* entry, byte* buffer, nuint size, PasswdEntry** result);

    [LibraryImport(Lib, EntryPoint = "getpwuid_r")]
    private static partial int GetPwUid(uint uid, PasswdEntry* entry, byte* buffer, nuint size, PasswdEntry** result);

    [LibraryImport(Lib, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGrNam(string name, GroupEntry* entry, byte* buffer, nuint size, GroupEntry** result);

    /// <summary>
    /// Looks an account up by name. 0: found or (null) certainly absent; otherwise errno of a database that could not be asked. A user of
    /// this process that the database does not know, as in a container without root, goes by the number.
    /// </summary>
    public static int FindAccount(string name, out Account? account)
    {
        int error = FindAccount(name, 0, out account);
        uint me = GetEUid();
        if (error == 0 && account == null && name == me.ToString(CultureInfo.InvariantCulture)) return FindAccount(me, out account);
        return error;
    }

    /// <summary>Looks an account up by uid; results as for the name.</summary>
    public static int FindAccount(uint uid, out Account? account)
    {
        int error = FindAccount(null, uid, out account);
        if (error == 0 && account == null && uid != 0 && uid == GetEUid()) account = Unnamed(uid);
        return error;
    }

    /// <summary>Without a home: nothing says that one belongs to the user.</summary>
    private static Account Unnamed(uint uid) =>
        new(uid.ToString(CultureInfo.InvariantCulture), uid, GetEGid(), "", "/nonexistent", "/bin/sh");

    private static int FindAccount(string? name, uint uid, out Account? account)
    {
        const int size = 16384;
        byte* buffer = (byte*)NativeMemory.Alloc(size);
        try
        {
            PasswdEntry entry;
            PasswdEntry* found;
            int error = name != null ? GetPwNam(name, &entry, buffer, size, &found) : GetPwUid(uid, &entry, buffer, size, &found);
            account = error == 0 && found != null
                ? new Account(Text(entry.Name), entry.Uid, entry.Gid, Text(entry.Gecos), Text(entry.Home), Text(entry.Shell))
                : null;
            // some back ends report "not there" as one of these
            return error is ENOENT or ESRCH or EBADF or EPERM ? 0 : error;
        }
        finally { NativeMemory.Free(buffer); }
    }

    /// <summary>The id of a group, or false.</summary>
    public static bool TryFindGroup(string name, out uint gid)
    {
        const int size = 65536;
        byte* buffer = (byte*)NativeMemory.Alloc(size);
        try
        {
            GroupEntry entry;
            GroupEntry* found;
            bool ok = GetGrNam(name, &entry, buffer, size, &found) == 0 && found != null;
            gid = ok ? entry.Gid : uint.MaxValue;
            return ok;
        }
        finally { NativeMemory.Free(buffer); }
    }

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";

    // ---- rights of one thread ---------------------------------------------------------------------------------------

    private const int SysSetGroups = 116, SysSetFsUid = 122, SysSetFsGid = 123;

    /// <summary>
    /// Makes file access of THIS THREAD that of a user; false when it did not take effect. Only on a thread that does nothing else, with
    /// no await, no task and no new thread before <see cref="ResetFileIdentity"/>: a thread born meanwhile keeps the identity for good. The
    /// thread loses its supplementary groups the first time, for good: root needs none, and a user must not have root's.
    /// </summary>
    public static bool SetFileIdentity(uint uid, uint gid)
    {
        if (!t_groupless && !(t_groupless = SetThreadGroups([]))) return false;
        _ = Syscall(SysSetFsGid, (nint)gid, 0, 0);
        _ = Syscall(SysSetFsUid, (nint)uid, 0, 0);
        return Syscall(SysSetFsUid, -1, 0, 0) == (nint)uid && Syscall(SysSetFsGid, -1, 0, 0) == (nint)gid;
    }

    /// <summary>Gives this thread root's file identity back.</summary>
    public static void ResetFileIdentity()
    {
        _ = Syscall(SysSetFsUid, 0, 0, 0);
        _ = Syscall(SysSetFsGid, 0, 0, 0);
    }

    [ThreadStatic] private static bool t_groupless;

    private static bool SetThreadGroups(ReadOnlySpan<uint> groups)
    {
        fixed (uint* p = groups) return Syscall(SysSetGroups, groups.Length, (nint)p, 0) == 0;
    }

    /// <summary>
    /// Drops the whole process to a user: groups, gid, uid, then no new privileges. False with errno set when any step failed.
    /// </summary>
    public static bool DropPrivileges(string user, uint uid, uint gid) =>
        SetGid(gid) == 0 && InitGroups(user, gid) == 0 && SetUid(uid) == 0 && Prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

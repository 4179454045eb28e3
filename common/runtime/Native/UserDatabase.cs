using System.Globalization;
using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>A line of the password database.</summary>
public sealed record Account(string Name, uint Uid, uint Gid, string Gecos, string Home, string Shell);

/// <summary>A line of the group database.</summary>
public sealed record GroupAccount(string Name, uint Gid, IReadOnlyList<string> Members);

/// <summary>The databases of users and groups (getpwnam(3), getgrnam(3)).</summary>
public static unsafe partial class UserDatabase
{
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

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetPwNam(string name, PasswdEntry* entry, byte* buffer, nuint size, PasswdEntry** result);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetPwUid(uint uid, PasswdEntry* entry, byte* buffer, nuint size, PasswdEntry** result);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGrNam(string name, GroupEntry* entry, byte* buffer, nuint size, GroupEntry** result);

    /// <summary>
    /// Looks an account up by name. 0: found or (null) certainly absent; otherwise errno of a database that could not be asked. A user of
    /// this process that the database does not know, as in a container without root, goes by the number.
    /// </summary>
    public static int Find(string name, out Account? account)
    {
        int error = Find(name, 0, out account);
        uint me = Credentials.GetEUid();
        if (error == 0 && account == null && name == me.ToString(CultureInfo.InvariantCulture)) return Find(me, out account);
        return error;
    }

    /// <summary>Looks an account up by uid; results as for the name.</summary>
    public static int Find(uint uid, out Account? account)
    {
        int error = Find(null, uid, out account);
        if (error == 0 && account == null && uid != 0 && uid == Credentials.GetEUid()) account = Unnamed(uid);
        return error;
    }

    private static int Find(string? name, uint uid, out Account? account)
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
            return error is Errno.ENOENT or Errno.ESRCH or Errno.EBADF or Errno.EPERM ? 0 : error;
        }
        finally { NativeMemory.Free(buffer); }
    }

    /// <summary>Without a home: nothing says that one belongs to the user.</summary>
    private static Account Unnamed(uint uid) =>
        new(uid.ToString(CultureInfo.InvariantCulture), uid, Credentials.GetEGid(), "", "/nonexistent", "/bin/sh");

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

    /// <summary>
    /// Looks a group up by name. 0: found or (null) certainly absent; otherwise errno of a database that could not be asked.
    /// </summary>
    public static int FindGroup(string name, out GroupAccount? group)
    {
        group = null;
        // a group of many thousand members does not fit a first guess
        for (nuint size = 16384; ; size *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc(size);
            try
            {
                GroupEntry entry;
                GroupEntry* found;
                int error = GetGrNam(name, &entry, buffer, size, &found);
                if (error == Errno.ERANGE && size < 16 << 20) continue;
                if (error == 0 && found != null) group = new GroupAccount(Text(entry.Name), entry.Gid, Members(entry.Members));
                return error is Errno.ENOENT or Errno.ESRCH or Errno.EBADF or Errno.EPERM ? 0 : error;
            }
            finally { NativeMemory.Free(buffer); }
        }
    }

    private static List<string> Members(nint array)
    {
        List<string> names = [];
        for (nint* p = (nint*)array; p != null && *p != 0; p++) names.Add(Text(*p));
        return names;
    }

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";
}

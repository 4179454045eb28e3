using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>A line of the group database.</summary>
public sealed record GroupAccount(string Name, uint Gid, IReadOnlyList<string> Members);

public static unsafe partial class Libc
{
    private const int ERANGE = 34;

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
                if (error == ERANGE && size < 16 << 20) continue;
                if (error == 0 && found != null) group = new GroupAccount(Text(entry.Name), entry.Gid, Members(entry.Members));
                return error is ENOENT or ESRCH or EBADF or EPERM ? 0 : error;
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
}

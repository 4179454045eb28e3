using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>getrlimit(2).</summary>
public static unsafe partial class ResourceLimits
{
    private const int RLIMIT_FSIZE = 1, RLIMIT_NOFILE = 7;

    [StructLayout(LayoutKind.Sequential)]
    private struct RLimit
    {
        public ulong Current;
        public ulong Max;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetRLimit(int resource, RLimit* limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetRLimit(int resource, RLimit* limit);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int PrLimit(int pid, int resource, ulong* limit, ulong* old);

    /// <summary>Raises the soft limit of open files to the hard one and returns it.</summary>
    public static long RaiseOpenFileLimit()
    {
        RLimit limit;
        if (GetRLimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
        limit.Current = limit.Max;
        if (SetRLimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
        return (long)Math.Min(limit.Current, (ulong)int.MaxValue);
    }

    /// <summary>Limits the size of files that a process may write, in bytes; -1 with errno set when it may not be limited.</summary>
    public static int LimitFileSize(int pid, long bytes)
    {
        ulong* limit = stackalloc ulong[] { (ulong)bytes, (ulong)bytes };
        return PrLimit(pid, RLIMIT_FSIZE, limit, null);
    }

    /// <summary>
    /// Limits the size of files that this process may write, in bytes, for good; -1 with errno set when it may not be limited.
    /// </summary>
    public static int LimitOwnFileSize(long bytes)
    {
        RLimit limit = new() { Current = (ulong)bytes, Max = (ulong)bytes };
        return SetRLimit(RLIMIT_FSIZE, &limit);
    }
}

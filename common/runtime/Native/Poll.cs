using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>struct pollfd: a descriptor (negative: ignored), the events asked for and those that happened.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollItem
{
    public int Fd;
    public short Events;
    public short Happened;
}

/// <summary>poll(2).</summary>
public static unsafe partial class Poll
{
    public const short POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 0x10;

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollRaw(PollItem* entries, nuint count, int timeout);

    /// <summary>poll(2) over several descriptors: how many have events, 0 when the time (milliseconds) is up, -1 on failure.</summary>
    public static int Wait(Span<PollItem> items, int timeoutMilliseconds)
    {
        fixed (PollItem* p = items) return PollRaw(p, (nuint)items.Length, timeoutMilliseconds);
    }

    /// <summary>
    /// Waits until one descriptor is ready for <paramref name="events"/>; true when it is, false at the time-out or on failure.
    /// </summary>
    public static bool WaitOne(int fd, short events, int timeoutMilliseconds)
    {
        PollItem entry = new() { Fd = fd, Events = events };
        return PollRaw(&entry, 1, timeoutMilliseconds) > 0;
    }
}

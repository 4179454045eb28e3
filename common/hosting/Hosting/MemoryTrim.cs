using MtaSuite.Common.Native;

namespace MtaSuite.Common.Hosting;

/// <summary>
/// Gives back memory that a process does not need for what it does now: the pages of code that only ran when it started, and, when it
/// becomes idle, what the load left. It costs a few milliseconds, so it is worth it after many messages only.
/// </summary>
internal sealed class MemoryTrim
{
    /// <summary>Allocated since the last time, bytes: some dozens of messages.</summary>
    private const long Worthwhile = 512 * 1024;
    private long _allocated;

    /// <summary>The process has run for a moment.</summary>
    public static void Started() => ProcessMemory.ForgetImagePages();

    /// <summary>There is nothing to do.</summary>
    public void OnIdle()
    {
        if (GC.GetTotalAllocatedBytes() - _allocated < Worthwhile) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ProcessMemory.MallocTrim();
        ProcessMemory.ForgetImagePages();
        _allocated = GC.GetTotalAllocatedBytes();
    }
}

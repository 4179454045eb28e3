namespace MtaSuite.Common.Tables;

/// <summary>For commands and worker threads, where lookups and all that is made of them are complete when they return.</summary>
public static class LookupTasks
{
    /// <summary>The result of a lookup away from any event loop.</summary>
    public static T Completed<T>(this ValueTask<T> lookup) => lookup.IsCompleted ? lookup.GetAwaiter().GetResult()
        : throw new InvalidOperationException("a lookup on an event loop has to be awaited");
}

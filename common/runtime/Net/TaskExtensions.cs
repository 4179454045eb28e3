namespace MtaSuite.Common.Net;

/// <summary>Session code that is not awaited.</summary>
public static class TaskExtensions
{
    /// <summary>
    /// Lets a task run on by itself. A failure in it is a bug: it comes up in the event loop and ends the process, instead of being lost.
    /// </summary>
    public static async void Detach(this Task task) => await task;
}

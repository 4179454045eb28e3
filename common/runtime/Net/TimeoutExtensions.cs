namespace MtaSuite.Common.Net;

/// <summary>Waits that end: an answer, or null when there was none within a time. On the loop's thread.</summary>
public static class TimeoutExtensions
{
    /// <summary>Gives up an answer that has not come within a time: whoever would give it later finds the promise completed.</summary>
    public static async Task<T?> WithinAsync<T>(this Promise<T?> answer, EventLoop loop, TimeSpan timeout) where T : class?
    {
        LoopTimer limit = loop.After(timeout, () => answer.TrySet(null));
        T? result = await answer;
        limit.Cancel();
        return result;
    }

    /// <summary>The same for a task, which runs on when nobody waits for it any more.</summary>
    public static Task<T?> WithinAsync<T>(this Task<T> task, EventLoop loop, TimeSpan timeout) where T : class?
    {
        Promise<T?> answer = new();
        PassOnAsync(task, answer).Detach();
        return answer.WithinAsync(loop, timeout);
    }

    private static async Task PassOnAsync<T>(Task<T> task, Promise<T?> answer) where T : class? => answer.TrySet(await task);
}

using MtaSuite.Common.Net;

namespace MtaSuite.Common.Tables;

/// <summary>
/// Questions that block the caller. From an event loop they are asked on a few threads, started when first needed, and the answer comes
/// back to that loop; from anywhere else (commands, worker threads, a daemon's start) they are asked in place.
/// </summary>
/// <param name="name">Of the threads.</param>
/// <param name="threads">
/// One: one question after the other. More: so many at a time, and up to <see cref="MostThreads"/> when none is answered for a second.
/// </param>
public sealed class BlockingQuestions(string name, int threads)
{
    private const int MostThreads = 16;
    private volatile LoopThreads? _threads;

    private sealed record LoopThreads(EventLoop Loop, WorkerPool Pool);

    /// <summary>Asks: <paramref name="ask"/> gets <paramref name="state"/>, so that it needs no closure. It must be safe on several
    /// threads.</summary>
    public ValueTask<T> AskAsync<TState, T>(TState state, Func<TState, T> ask) =>
        EventLoop.Running is { } loop ? OnThreadAsync(loop, state, ask) : new(ask(state));

    private async ValueTask<T> OnThreadAsync<TState, T>(EventLoop loop, TState state, Func<TState, T> ask)
    {
        // a process has one loop; where tests have several each gets its own threads
        if (_threads is not { } own || own.Loop != loop)
            _threads = own = new LoopThreads(loop, new WorkerPool(loop, name, threads) { MostThreads = threads == 1 ? 1 : MostThreads });
        return await own.Pool.Run(() => ask(state));
    }
}

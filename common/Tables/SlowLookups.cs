using MtaSuite.Common.Net;

namespace MtaSuite.Common.Tables;

/// <summary>
/// Where tables are asked that may wait for others (<see cref="Maps.MayBlock"/>: lmdb:, unix: with a source beyond this machine): such questions are asked on a thread of
/// their own, one after the other, so that sessions whose answers need no such table go on. What is asked here is asked nowhere else, so it need not be safe for several
/// threads. Everything else is asked in place, at no cost. On the loop's thread.
/// </summary>
public sealed class SlowLookups(EventLoop loop, string name)
{
    private readonly Lock _gate = new();
    private WorkerPool? _threads;

    /// <summary>Asks: <paramref name="ask"/> gets <paramref name="state"/>, so that it needs no closure.</summary>
    public ValueTask<T> AskAsync<TState, T>(bool mayBlock, TState state, Func<TState, T> ask) =>
        mayBlock ? OnThreadAsync(state, ask) : ValueTask.FromResult(ask(state));

    private async ValueTask<T> OnThreadAsync<TState, T>(TState state, Func<TState, T> ask) => await (_threads ??= new WorkerPool(loop, name, 1)).Run(() =>
    {
        // a thread that is stuck gets a second one beside it
        lock (_gate) return ask(state);
    });
}

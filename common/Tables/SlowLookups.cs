using MtaSuite.Common.Net;

namespace MtaSuite.Common.Tables;

/// <summary>
/// Where tables are asked that may wait for others (<see cref="Maps.MayBlock"/>: lmdb:, unix: with a source beyond this machine): such
/// questions are asked on threads of their own, so that sessions whose answers need no such table go on. Everything else is asked in place,
/// at no cost. On the loop's thread.
/// </summary>
/// <param name="threads">
/// One: questions are asked one after the other, and what is asked here alone need not be safe for several threads. More: so many at the
/// same time, and beside what is asked in place.
/// </param>
public sealed class SlowLookups(EventLoop loop, string name, int threads = 1)
{
    // a thread that is stuck gets a second one beside it
    private readonly Lock? _gate = threads == 1 ? new() : null;
    private WorkerPool? _threads;

    /// <summary>Asks: <paramref name="ask"/> gets <paramref name="state"/>, so that it needs no closure.</summary>
    public ValueTask<T> AskAsync<TState, T>(bool mayBlock, TState state, Func<TState, T> ask) =>
        mayBlock ? OnThreadAsync(state, ask) : ValueTask.FromResult(ask(state));

    private async ValueTask<T> OnThreadAsync<TState, T>(TState state, Func<TState, T> ask) =>
        await (_threads ??= new WorkerPool(loop, name, threads)).Run(() =>
    {
        if (_gate is null) return ask(state);
        lock (_gate) return ask(state);
    });
}

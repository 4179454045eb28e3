using MtaSuite.Common.Config;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Cleanup;

/// <summary>All rewriting of addresses, over tables of its own. One thread's at a time.</summary>
internal sealed class AddressRewriting
{
    private readonly RoutingCore _core;

    public AddressRewriting(MailConfig config)
    {
        _core = new RoutingCore(config);
        Addresses = new CleanupRewriter(_core);
        Envelopes = new EnvelopeRewriter(config, Addresses);
    }

    public CleanupRewriter Addresses { get; }
    public EnvelopeRewriter Envelopes { get; }

    /// <summary>What is wrong with lists and tables, for the log.</summary>
    public IReadOnlyList<string> Problems => _core.Problems;

    /// <summary>A table may make whoever asks wait.</summary>
    public bool MayBlock => _core.MayBlock;
}

/// <summary>
/// Rewriting on threads, for tables that may make whoever asks wait: a message whose addresses are slow to answer holds up no other. Each
/// thread that is at work has tables of its own, opened when so many are needed for the first time.
/// </summary>
internal sealed class SlowRewriting(EventLoop loop, MailConfig config)
{
    private const int Threads = 8;
    private readonly SlowLookups _lookups = new(loop, "rewriting", Threads);
    private readonly Lock _gate = new();
    private readonly Stack<AddressRewriting> _spare = new();

    /// <summary>Runs <paramref name="work"/> on a thread; the state is the work's own until the task is done.</summary>
    public async Task RunAsync(Action<AddressRewriting> work) => await _lookups.AskAsync(true, (Owner: this, work), static s =>
    {
        AddressRewriting rewriting = s.Owner.Take();
        s.work(rewriting);
        lock (s.Owner._gate) s.Owner._spare.Push(rewriting);
        return true;
    });

    private AddressRewriting Take()
    {
        lock (_gate)
            if (_spare.TryPop(out AddressRewriting? spare)) return spare;
        return new AddressRewriting(config);
    }
}

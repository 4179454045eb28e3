using MtaSuite.Common.Net;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// The sessions with one nexthop (as the queue manager names it), and which transaction uses them next. While sessions are busy and
/// quick, a new transaction waits for one of them instead of taking another session, which halves the work on both sides. Where the server
/// is slow each transaction gets its own session, as the concurrency limits allow.
/// </summary>
/// <param name="isListed">Its sessions are always kept (smtp_connection_cache_destinations).</param>
/// <param name="shared">The idle sessions of all pools.</param>
internal sealed class SessionPool(EventLoop loop, CacheSettings settings, bool isListed, SharedSessions shared)
{
    private static readonly TimeSpan s_unusedLimit = TimeSpan.FromSeconds(10);
    private readonly List<PooledSession> _idle = [];
    private int _busy, _opening;
    private long _lastOffer, _offerBefore;
    private bool _timerRuns;

    /// <summary>The transactions that wait for a busy session.</summary>
    public WaitingTransactions Waiting { get; } = new(loop);

    /// <summary>There are no sessions, and lately there was no mail.</summary>
    public bool IsUnused => _idle.Count + Waiting.Count + _busy + _opening == 0
        && loop.NowMilliseconds - _lastOffer > s_unusedLimit.TotalMilliseconds;

    /// <summary>Gives a transaction to an open session, now or within a moment. NotStarted: there is none for it.</summary>
    public Promise<TransactionEnd> Offer(MailTransaction transaction)
    {
        (_offerBefore, _lastOffer) = (_lastOffer, loop.NowMilliseconds);
        if (Waiting.Count < _busy && Waiting.IsServerQuick) Wait(transaction);
        else GiveToIdle(transaction);
        return transaction.Ended;
    }

    private void GiveToIdle(MailTransaction transaction)
    {
        if (_idle.Count == 0)
        {
            transaction.Ended.TrySet(TransactionEnd.NotStarted);
            return;
        }
        PooledSession session = _idle[^1];
        EndIdle(session);
        session.Resume(transaction);
    }

    private void Wait(MailTransaction transaction)
    {
        Waiting.Add(transaction);
        StartTimer();
    }

    private void StartTimer()
    {
        if (_timerRuns) return;
        _timerRuns = true;
        loop.After(WaitingTransactions.WaitLimit, ReleaseOverdue);
    }

    /// <summary>Those that waited too long get a session of their own.</summary>
    private void ReleaseOverdue()
    {
        _timerRuns = false;
        while (Waiting.TakeOverdue() is { } overdue) GiveToIdle(overdue);
        if (Waiting.Count > 0) StartTimer();
    }

    /// <summary>An idle session is worth keeping: the nexthop is listed, or it gets mail again and again.</summary>
    public bool KeepsIdle() => isListed || Waiting.Count > 0
        || (settings.OnDemand && loop.NowMilliseconds - _offerBefore < 2 * settings.IdleLimit.TotalMilliseconds);

    /// <summary>Opens a session, which counts meanwhile.</summary>
    public async Task<bool> OpenAsync(ClientSession session)
    {
        _opening++;
        bool open = await session.OpenAsync();
        _opening--;
        return open;
    }

    /// <summary>Runs a first transaction over an open session, which belongs to this pool from here on.</summary>
    /// <param name="key">Sessions under the same key are as good as each other, for whatever nexthop they were opened.</param>
    public void Run(ClientSession session, string key, MailTransaction transaction)
    {
        PooledSession pooled = new(session, key, loop, settings);
        pooled.Join(this);
        pooled.RunAsync(transaction).Detach();
    }

    /// <summary>A busy session belongs here.</summary>
    public void Joined() => _busy++;

    /// <summary>A busy session is over, or belongs elsewhere.</summary>
    public void Left() => _busy--;

    public void BeginIdle(PooledSession session)
    {
        _busy--;
        _idle.Add(session);
        shared.Add(session);
    }

    /// <summary>The session has something to do again, if only to close.</summary>
    public void EndIdle(PooledSession session)
    {
        if (!_idle.Remove(session)) return;
        shared.Remove(session);
        _busy++;
    }

    /// <summary>Ends the sessions that nobody uses.</summary>
    public void CloseIdle()
    {
        while (_idle.Count > 0) _idle[^1].EndIdle();
    }
}

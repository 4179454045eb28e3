using MtaSuite.Common.Net;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// The sessions with one destination (a nexthop as the queue manager names it), and who uses them next. While sessions are busy and quick,
/// a new transaction waits for one of them instead of taking another session: its commands then go out in one packet with the end of the
/// content before it, which halves the work on both sides. Where the server is slow each transaction gets its own session, as the
/// concurrency limits allow.
/// </summary>
/// <param name="isListed">Its sessions are always kept.</param>
internal sealed class Destination(EventLoop loop, CacheSettings cache, bool isListed, IdleSessions shared)
{
    /// <summary>A server that takes longer for a message is not waited for, milliseconds.</summary>
    private const double QuickMilliseconds = 10;
    /// <summary>How long a transaction waits for a busy session at most.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(25);
    private readonly List<Session> _idle = [];
    private readonly Queue<(Transaction Transaction, long Since)> _waiting = new();
    private double _milliseconds = double.MaxValue;
    private int _busy, _opening;
    private long _lastOffer, _offerBefore;
    private bool _timerRuns;

    /// <summary>Nothing goes on here and nothing did lately.</summary>
    public bool IsUnused => _idle.Count + _waiting.Count + _busy + _opening == 0 && loop.NowMilliseconds - _lastOffer > 10_000;

    /// <summary>Gives a transaction to an open session, now or within a moment. NotStarted: there is none for it.</summary>
    public Promise<TransactionEnd> Offer(Transaction transaction)
    {
        (_offerBefore, _lastOffer) = (_lastOffer, loop.NowMilliseconds);
        if (_waiting.Count < _busy && _milliseconds < QuickMilliseconds) Wait(transaction);
        else if (_idle.Count > 0) Take().Resume(transaction);
        else transaction.Ended.TrySet(TransactionEnd.NotStarted);
        return transaction.Ended;
    }

    private Session Take()
    {
        Session session = _idle[^1];
        EndIdle(session);
        return session;
    }

    private void Wait(Transaction transaction)
    {
        _waiting.Enqueue((transaction, loop.NowMilliseconds));
        if (_timerRuns) return;
        _timerRuns = true;
        loop.After(Timeout, ReleaseLate);
    }

    /// <summary>Those that waited too long get a session of their own.</summary>
    private void ReleaseLate()
    {
        _timerRuns = false;
        while (_waiting.TryPeek(out var first) && loop.NowMilliseconds - first.Since >= Timeout.TotalMilliseconds)
        {
            _waiting.Dequeue();
            if (_idle.Count > 0) Take().Resume(first.Transaction);
            else first.Transaction.Ended.TrySet(TransactionEnd.NotStarted);
        }
        if (_waiting.Count == 0 || _timerRuns) return;
        _timerRuns = true;
        loop.After(Timeout, ReleaseLate);
    }

    /// <summary>The next transaction for a session that is (about to be) free, or null.</summary>
    public Transaction? TakeWaiting(Session session)
    {
        _ = session;
        return _waiting.TryDequeue(out var next) ? next.Transaction : null;
    }

    /// <summary>How long a server took for one message.</summary>
    public void NoteDuration(long milliseconds) =>
        _milliseconds = _milliseconds == double.MaxValue ? milliseconds : _milliseconds + (milliseconds - _milliseconds) / 8;

    /// <summary>An idle session is worth keeping: the destination is listed, or it gets mail again and again.</summary>
    public bool Keeps(Session session)
    {
        _ = session;
        if (isListed || _waiting.Count > 0) return true;
        return cache.OnDemand && loop.NowMilliseconds - _offerBefore < 2 * cache.IdleLimit.TotalMilliseconds;
    }

    public void BeginOpening() => _opening++;

    public void EndOpening() => _opening--;

    /// <summary>A session was opened, with its first transaction.</summary>
    public void Joined(Session session)
    {
        _ = session;
        _busy++;
    }

    public void BeginIdle(Session session)
    {
        _busy--;
        _idle.Add(session);
        shared.Add(session);
    }

    /// <summary>The session has something to do again, if only to leave.</summary>
    public void EndIdle(Session session)
    {
        if (!_idle.Remove(session)) return;
        shared.Remove(session);
        _busy++;
    }

    /// <summary>The session is over.</summary>
    public void Left(Session session)
    {
        _ = session;
        _busy--;
    }

    /// <summary>Ends the sessions that nobody uses.</summary>
    public void CloseIdle()
    {
        while (_idle.Count > 0) _idle[^1].EndIdle();
    }
}

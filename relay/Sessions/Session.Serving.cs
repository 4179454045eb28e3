using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Relay.Deliveries;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    private readonly Queue<Expected> _expected = new();
    private Promise<Transaction?>? _idle;
    /// <summary>The server has an unfinished transaction: RSET comes before the next MAIL.</summary>
    private bool _needsReset;

    /// <summary>Takes a transaction, runs it and those that come after it, and ends when there is nothing more to do for it.</summary>
    public async Task RunAsync(Transaction? transaction)
    {
        while (transaction != null)
        {
            Transaction? next = await ServeAsync(transaction);
            if (!IsOpen) break;
            transaction = next ?? (MayServeMore ? Home!.TakeWaiting(this) : null) ?? await IdleAsync();
        }
        Home!.Left(this);
        Leave();
    }

    /// <summary>Gives an idle session, which its pool has taken out of the idle ones, its next transaction.</summary>
    public void Resume(Transaction transaction)
    {
        Promise<Transaction?>? idle = _idle;
        _idle = null;
        idle!.TrySet(transaction);
    }

    /// <summary>Waits for the next transaction as long as the session may be kept; null: leave.</summary>
    private async ValueTask<Transaction?> IdleAsync()
    {
        if (!MayServeMore || !Home!.Keeps(this)) return null;
        if (_needsReset && !await ResetAsync()) return null;
        Promise<Transaction?> idle = _idle = new Promise<Transaction?>();
        Home.BeginIdle(this);
        WatchIdleAsync().Detach(); // ends the wait at once when the server has gone meanwhile
        LoopTimer timer = Loop.After(Settings.Cache.IdleLimit, EndIdle);
        Transaction? next = await idle;
        timer.Cancel();
        _connection!.CancelRead();
        return next;
    }

    /// <summary>A server that says or does something while nothing is asked ends the session.</summary>
    private async Task WatchIdleAsync()
    {
        _connection!.SetDeadline(null);
        if (await _connection.FillAsync() != ReadStatus.Canceled) EndIdle();
    }

    /// <summary>Ends the wait: time is up, the server has gone, or the service leaves.</summary>
    public void EndIdle()
    {
        Promise<Transaction?>? idle = _idle;
        _idle = null;
        if (idle == null) return;
        Home!.EndIdle(this);
        idle.TrySet(null);
    }

    private async ValueTask<bool> ResetAsync()
    {
        if (!await AskAsync("RSET", Step.Reset, Settings.Timeouts.Reset)) return false;
        _needsReset = false;
        return _reply.IsGood;
    }

    /// <summary>
    /// Runs one transaction to its end. Where the server allows it the next one's commands go out together with this one's content (RFC
    /// 2920 3.1); that one is given back.
    /// </summary>
    private async ValueTask<Transaction?> ServeAsync(Transaction transaction)
    {
        Transaction? next = null;
        long began = Loop.NowMilliseconds;
        bool ok = (transaction.Phase != TransactionPhase.Start || await BeginAsync(transaction)) && await EnvelopeAsync(transaction);
        if (ok && transaction is { Accepted: > 0, IsVerifyOnly: false } && (transaction.IsDataReady || UsesChunks))
        {
            ok = await ContentAsync(transaction);
            if (ok && MayOverlap) next = Home!.TakeWaiting(this);
            if (next != null && !await BeginAsync(next)) ok = false;
            ok = ok && await DataRepliesAsync(transaction);
        }
        else if (ok) ok = await AbortAsync(transaction);
        if (ok) Home!.NoteDuration(Loop.NowMilliseconds - began);
        End(transaction, ok);
        if (ok) return next;
        next?.Ended.TrySet(TransactionEnd.NotStarted);
        return null;
    }

    private bool MayOverlap => Features.Has(ServerFeature.Pipelining) && MayServeMore && !_isPix;

    /// <summary>Writes the first commands, as many as may go out together.</summary>
    private async ValueTask<bool> BeginAsync(Transaction transaction)
    {
        UseCount++;
        transaction.IsReused = UseCount > 1;
        if (_expected.Count == 0 && !await IsInStepAsync(Step.Mail)) return false;
        transaction.Delivery.Begin(this);
        Admit(transaction);
        return WriteEnvelope(transaction);
    }

    /// <summary>
    /// Gives everybody who has no word yet the session's failure, or the transaction back when it may be tried over a new session at once.
    /// </summary>
    private void End(Transaction transaction, bool ok)
    {
        if (!ok)
        {
            Failure ??= new SessionFailure(FailureKind.Closed, Outcome.Defer("4.4.2", "session closed"));
            if (transaction is { IsReused: true, IsContentOut: false } && Failure.IsGone)
            {
                transaction.Ended.TrySet(TransactionEnd.NotStarted);
                return;
            }
            bool answered = transaction is { IsVerifyOnly: true, IsDataReady: true };
            foreach (Pending recipient in transaction.Recipients)
                if (!answered && recipient.Final == null && !transaction.IsMailRefused)
                    transaction.Delivery.Fail(recipient, Failure.Outcome, this);
        }
        transaction.Ended.TrySet(TransactionEnd.Done);
    }
}

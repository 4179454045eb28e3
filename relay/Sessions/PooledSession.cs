using MtaSuite.Common.Net;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// Reuse of one session: it serves transactions as long as there are any and the limits allow, is idle in between, and closes when the idle
/// time is up or the server has gone.
/// </summary>
/// <param name="key">Sessions under the same key are as good as each other, for whatever nexthop they were opened.</param>
internal sealed class PooledSession(ClientSession session, string key, EventLoop loop, CacheSettings settings)
{
    private Promise<MailTransaction?>? _idle;

    public string Key => key;

    /// <summary>The pool that gets this session when it is idle.</summary>
    public SessionPool Pool { get; private set; } = null!;

    /// <summary>Counts as one of this pool's sessions from here on.</summary>
    public void Join(SessionPool pool)
    {
        Pool = pool;
        pool.Joined();
    }

    /// <summary>Runs a transaction and those that come after it, and ends when there is nothing more to do for the session.</summary>
    public async Task RunAsync(MailTransaction? transaction)
    {
        while (transaction != null)
        {
            MailTransaction? next = await session.Transactions.RunAsync(transaction, Pool.Waiting);
            if (!session.IsOpen) break;
            transaction = next ?? (session.Transactions.MayTakeMore ? Pool.Waiting.Take() : null) ?? await WaitAsync();
        }
        Pool.Left();
        session.Close();
    }

    /// <summary>Gives an idle session, which its pool has taken out of the idle ones, its next transaction.</summary>
    public void Resume(MailTransaction transaction)
    {
        Promise<MailTransaction?>? idle = _idle;
        _idle = null;
        idle!.TrySet(transaction);
    }

    /// <summary>Waits for the next transaction as long as the session may be kept; null: close it.</summary>
    private async ValueTask<MailTransaction?> WaitAsync()
    {
        if (!session.Transactions.MayTakeMore || !Pool.KeepsIdle() || !await session.Transactions.ResetAsync()) return null;
        Promise<MailTransaction?> idle = _idle = new Promise<MailTransaction?>();
        Pool.BeginIdle(this);
        WatchAsync().Detach(); // ends the wait at once when the server has gone meanwhile
        LoopTimer timer = loop.After(settings.IdleLimit, EndIdle);
        MailTransaction? next = await idle;
        timer.Cancel();
        session.Connection.CancelRead();
        return next;
    }

    /// <summary>A server that says or does something while nothing is asked ends the session.</summary>
    private async Task WatchAsync()
    {
        session.Connection.SetDeadline(null);
        if (await session.Connection.FillAsync() != ReadStatus.Canceled) EndIdle();
    }

    /// <summary>Ends the wait: time is up, the server has gone, or the service stops.</summary>
    public void EndIdle()
    {
        Promise<MailTransaction?>? idle = _idle;
        _idle = null;
        if (idle == null) return;
        Pool.EndIdle(this);
        idle.TrySet(null);
    }
}

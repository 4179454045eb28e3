using MtaSuite.Common.Net;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// The transactions that wait for one of the busy sessions with a nexthop, and how quick the server is: waiting for a quick one is better
/// than another session, because the commands then go out in one packet with the end of the content before them.
/// </summary>
internal sealed class WaitingTransactions(EventLoop loop)
{
    /// <summary>A server that takes longer for a message is not waited for.</summary>
    private static readonly TimeSpan s_quickServer = TimeSpan.FromMilliseconds(10);
    /// <summary>How long a transaction waits for a busy session at most.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromMilliseconds(25);
    private readonly Queue<(MailTransaction Transaction, long Since)> _queue = new();
    private TimeSpan? _average;

    public int Count => _queue.Count;

    public bool IsServerQuick => _average < s_quickServer;

    public void Add(MailTransaction transaction) => _queue.Enqueue((transaction, loop.NowMilliseconds));

    /// <summary>The next one, for a session that is (about to be) free; null: none waits.</summary>
    public MailTransaction? Take() => _queue.TryDequeue(out var next) ? next.Transaction : null;

    /// <summary>The next one that waited too long; null: none did.</summary>
    public MailTransaction? TakeOverdue() =>
        _queue.TryPeek(out var first) && loop.NowMilliseconds - first.Since >= WaitLimit.TotalMilliseconds ? Take() : null;

    /// <summary>How long the server took for one message; counts for an eighth of the average.</summary>
    public void NoteDuration(TimeSpan duration) => _average = _average is { } average ? average + (duration - average) / 8 : duration;
}

using MtaSuite.Common.Log;
using MtaSuite.Common.Net;

namespace MtaSuite.Postlogd;

/// <summary>
/// How much ordinary users may log: each has a bucket of tokens (postlog_user_rate_limit a second), and all together have the buckets of
/// some. A line costs a token
/// for each 256 bytes. What is beyond that is counted, and the count logged once a minute.
/// </summary>
internal sealed class UserRates(EventLoop loop, int linesPerSecond)
{
    /// <summary>Seconds' worth of lines that may come at once: a program that logs much in a moment and then nothing.</summary>
    private const int Burst = 50;
    /// <summary>All users together have so many users' rate: ids are cheap in a user namespace.</summary>
    private const int UsersAtFullRate = 10;
    private const int BytesPerToken = 256;
    /// <summary>Users that are told apart; more share one bucket.</summary>
    private const int MostUsers = 1024;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);
    private readonly Dictionary<uint, Bucket> _users = [];
    private readonly Bucket _all = new() { Tokens = (double)linesPerSecond * Burst * UsersAtFullRate };
    private bool _reports;

    private sealed class Bucket
    {
        public double Tokens;
        public long At, Dropped;
    }

    /// <summary>A user's line may be logged; otherwise it was counted.</summary>
    public bool TryTake(uint uid, int bytes)
    {
        if (!_users.TryGetValue(uid, out Bucket? user))
        {
            if (_users.Count >= MostUsers) uid = uint.MaxValue;
            if (!_users.TryGetValue(uid, out user))
                _users[uid] = user = new Bucket { Tokens = (double)linesPerSecond * Burst, At = loop.NowMilliseconds };
        }
        int cost = 1 + bytes / BytesPerToken;
        Refill(user, linesPerSecond);
        Refill(_all, (double)linesPerSecond * UsersAtFullRate);
        if (user.Tokens >= cost && _all.Tokens >= cost)
        {
            user.Tokens -= cost;
            _all.Tokens -= cost;
            return true;
        }
        user.Dropped++;
        if (!_reports) loop.After(ReportInterval, Report);
        _reports = true;
        return false;
    }

    private void Refill(Bucket bucket, double perSecond)
    {
        long now = loop.NowMilliseconds;
        bucket.Tokens = Math.Min(perSecond * Burst, bucket.Tokens + (now - bucket.At) * perSecond / 1000);
        bucket.At = now;
    }

    /// <summary>Logs what was left out, one line for each user, and removes users that have their whole burst again.</summary>
    public void Report()
    {
        const int mostLines = 20;
        _reports = false;
        int lines = 0;
        long others = 0;
        foreach ((uint uid, Bucket user) in _users.ToArray())
        {
            if (user.Dropped > 0 && lines++ < mostLines)
                Log.Warning($"uid={uid}: {user.Dropped} lines left out: more than postlog_user_rate_limit");
            else others += user.Dropped;
            user.Dropped = 0;
            Refill(user, linesPerSecond);
            if (user.Tokens >= (double)linesPerSecond * Burst) _users.Remove(uid);
        }
        if (others > 0)
            Log.Warning($"{others} lines of other users left out: more than postlog_user_rate_limit");
    }
}

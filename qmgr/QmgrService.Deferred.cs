using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>What waits for its next attempt, and who asks for it to be made now.</summary>
internal sealed partial class QmgrService
{
    private LoopTimer? _dueTimer;
    private long _dueAt;
    /// <summary>Sites that were asked for while it was not known yet what waits for them.</summary>
    private readonly HashSet<string> _requestedSites = new(StringComparer.Ordinal);
    private bool _sitesUnknown;
    /// <summary>Everything was asked for while the scan was still finding out what there is.</summary>
    private bool _flushWhatIsFound;

    /// <summary>A message was tried and stays.</summary>
    private void Deferred(QueuedMessage message, long nextMicroseconds)
    {
        Defer(message.Id, nextMicroseconds);
        if (message.Round.Sites is { } sites) _deferred.AddSites(QueueKey.Of(message.Id), sites);
    }

    private void Defer(string id, long nextMicroseconds)
    {
        CheckClock(); // a time that is planned by a clock that is wrong for less than a second must be known as such
        _deferred.Set(QueueKey.Of(id), nextMicroseconds);
        ArmDueTimer();
    }

    /// <summary>A deferred message is due, as if its time had come.</summary>
    private void MakeDue(string id)
    {
        CheckClock();
        _deferred.SetDue(QueueKey.Of(id));
        ArmDueTimer();
    }

    /// <summary>A deferred message is due because somebody asked for it.</summary>
    private void Force(string id)
    {
        CheckClock();
        _deferred.Force(QueueKey.Of(id));
        ArmDueTimer();
    }

    // ---- the clock -------------------------------------------------------------------------------------------------

    /// <summary>A step back by less is waited out, microseconds.</summary>
    private const long SmallStep = 1_000_000;
    private long _wallAhead;

    /// <summary>
    /// Attempts are planned by the wall clock, because files keep their times. When it is set back, what waits would wait that much longer:
    /// so the attempts go back with it. Set ahead, it makes them due early, which does no harm.
    /// </summary>
    private void WatchClock()
    {
        _wallAhead = WallAhead;
        _loop.Every(TimeSpan.FromSeconds(1), CheckClock);
    }

    private void CheckClock()
    {
        long step = WallAhead - _wallAhead;
        _wallAhead += step;
        if (step > -SmallStep) return;
        Log.Warning($"the clock was set back by {-step / 1_000_000} s: what is deferred is not kept waiting for it");
        _deferred.Shift(step);
        ArmDueTimer();
    }

    /// <summary>The wall clock against the monotonic one, microseconds.</summary>
    private long WallAhead => NowMicroseconds - Environment.TickCount64 * 1000;

    private void ArmDueTimer()
    {
        if (_draining || _predecessors.IsAwaited || _deferred.FirstTime is not { } first) return;
        // at most a few seconds ahead, so that a step of the clock does no harm; not at once again while there is no room for what is due
        long wait = Math.Clamp(first - NowMicroseconds, _waiting.HasRoomForDue ? 0 : 100_000, 5_000_000);
        long at = _loop.NowMilliseconds + wait / 1000;
        if (_dueTimer != null && _dueAt <= at) return;
        _dueTimer?.Cancel();
        (_dueTimer, _dueAt) = (_loop.After(TimeSpan.FromMicroseconds(wait), RunDue), at);
    }

    private void RunDue()
    {
        const int atOnce = 200;
        _dueTimer = null;
        if (_predecessors.IsAwaited || _draining) return;
        long now = NowMicroseconds;
        for (int i = 0; i < atOnce && _waiting.HasRoomForDue && _deferred.TryTakeDue(now, out QueueKey key, out bool forced); i++)
        {
            string id = key.ToString();
            if (_known.TryAdd(id, false)) _waiting.AddDue(id, SpoolDirectory.Deferred, forced);
        }
        Admit();
        ArmDueTimer();
    }

    // ---- on request ------------------------------------------------------------------------------------------------

    /// <summary>Makes all deferred messages due now. Says how many.</summary>
    public int FlushAll()
    {
        _flushWhatIsFound = _scanner.IsReadingDeferred;
        _active.Scheduler.ResumeAll();
        _deferred.ForceAll();
        ArmDueTimer();
        if (_draining) PassOn([], all: true);
        return _deferred.Count;
    }

    /// <summary>Makes one deferred message due now. Says how many there were of it.</summary>
    public int FlushOne(string id)
    {
        if (!_deferred.Contains(QueueKey.Of(id))) return 0;
        Force(id);
        if (_draining) PassOn([id]);
        return 1;
    }

    /// <summary>Makes what waits for a site due now.</summary>
    /// <returns>Whether the site is one that can be asked for, and how much waited for it.</returns>
    public async ValueTask<(MatchResult Known, int Count)> FlushSiteAsync(string site)
    {
        site = FlushSites.Normalize(site);
        MatchResult known = await _sites.MatchAsync(site);
        if (known != MatchResult.Yes) return (known, 0);
        if (_sitesUnknown) _requestedSites.Add(site);
        int count = _deferred.ForceSite(site);
        ArmDueTimer();
        if (_draining) PassOn([.. ForcedIds]);
        return (known, count);
    }

    /// <summary>The scan has read what a deferred message waits for; null: it is through.</summary>
    private void SitesRead(string? id, HashSet<string> sites)
    {
        if (id == null)
        {
            _sitesUnknown = false;
            _requestedSites.Clear();
            return;
        }
        if (!_deferred.AddSites(QueueKey.Of(id), sites)) return;
        if (_requestedSites.Overlaps(sites)) Force(id);
    }

    /// <summary>Looks at all folders.</summary>
    public void Rescan()
    {
        _sitesUnknown = !_sites.IsEmpty;
        _scanner.ScanAll();
    }

    public void Wakeup() => _scanner.ScanIncoming();
}

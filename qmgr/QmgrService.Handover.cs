using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// The change from one process to the next (reload). The one that leaves finishes what is in delivery and names it to the next, which goes
/// on with everything else at once. docs/SCHEDULER.md, "Reload".
/// </summary>
internal sealed partial class QmgrService : IHandoverReceiver
{
    /// <summary>Messages that the log names when a process leaves.</summary>
    private const int MostNamed = 10;
    private readonly Successor _successor;
    private readonly Predecessors _predecessors;
    private Action? _drained;
    private bool _stopping;
    /// <summary>What the scan found in incoming before it was known what is in delivery elsewhere.</summary>
    private readonly List<(string Id, string Folder)> _foundEarly = [];
    /// <summary>Asked for, and not found by the scan yet.</summary>
    private readonly HashSet<string> _requestedIds = new(StringComparer.Ordinal);

    // ---- leaving ---------------------------------------------------------------------------------------------------

    /// <summary>Nobody can be told any more of what is asked for here.</summary>
    public bool IsLeaving => _draining && _drained == null;

    /// <summary>Starts no more deliveries and lets go of what is not in delivery; leaves when those that run have their outcomes.</summary>
    public void Drain(Action done)
    {
        _draining = true;
        _drained = done;
        // peers reconnect when they are told to, which is after this: the next process hears of what is in delivery first
        foreach (LinkServer server in _servers) server.Leave();
        List<string> forced =
            [.. _waiting.Forced, .. _active.Messages.Where(m => m.Forced && m.Folder == SpoolDirectory.Deferred).Select(m => m.Id)];
        _active.Stop();
        _active.Scheduler.DeliveryEnded = _successor.DeliveryEnded;
        PassOn([.. ForcedIds, .. forced], _flushWhatIsFound && _scanner.IsReadingDeferred);
        _successor.Start();
        string ids = string.Join(' ', _active.Messages.Take(MostNamed).Select(m => m.Id));
        if (_active.Count > MostNamed) ids += $" and {_active.Count - MostNamed} more";
        if (_active.Count > 0) Log.Info($"leaving; still in delivery: {ids}");
        _loop.Every(TimeSpan.FromMilliseconds(50), DrainedIfDone);
    }

    /// <summary>The suite stops: no other process follows now.</summary>
    public void Stop()
    {
        _stopping = true;
        _successor.Close();
    }

    private void DrainedIfDone()
    {
        // notices cannot be sent when everything stops: they are due at the next start
        int left = _stopping ? _active.Running : _active.Count;
        if (_drained == null || left > 0 || _reading > 0 || _files.Pending > 0) return;
        Action done = _drained;
        _drained = null;
        _agents.Close();
        _notices.Close();
        _verify.Close();
        _successor.Close();
        _loop.After(TimeSpan.FromMilliseconds(20), done);
    }

    /// <summary>
    /// What somebody asked for, and is not tried here any more, must not wait for its time in the next process. That process is told; and
    /// the files' times say it to one that starts later.
    /// </summary>
    private void PassOn(List<string> ids, bool all = false)
    {
        if (all || ids.Count > 0) _files.MakeDue(all ? null : ids, NowMicroseconds);
        _successor.AddRequests(all ? [] : ids, all, _sitesUnknown ? _requestedSites : []);
    }

    private IEnumerable<string> ForcedIds => _deferred.ForcedKeys.Select(k => k.ToString());

    // ---- following -------------------------------------------------------------------------------------------------

    /// <summary>Messages that processes that were replaced are delivering.</summary>
    public IEnumerable<(string Id, string Folder)> DeliveredElsewhere => _predecessors.Messages;

    /// <summary>Takes what a process that is replaced says; false when it is broken.</summary>
    private bool HandedOver(Link link, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> protocol)
    {
        if (protocol.SequenceEqual(HandoverNotice.Protocol))
        {
            HandoverNotice notice = new();
            if (!AttributeDecoder.TryDecode(payload, notice) || notice.Deliveries.Exists(d => !QueueId.IsValid(d.QueueId))) return false;
            if (_draining) return true; // it will tell the next one
            if (_predecessorLinks.Add(link)) WatchEnd(link);
            _predecessors.Take(link, notice);
            TakeRequests(notice);
            return true;
        }
        if (protocol.SequenceEqual(DeliveryOverNotice.Protocol))
        {
            DeliveryOverNotice over = new();
            if (!AttributeDecoder.TryDecode(payload, over)) return false;
            _predecessors.Take(link, over);
            return true;
        }
        ReleasedNotice released = new();
        if (!AttributeDecoder.TryDecode(payload, released)) return false;
        _predecessors.Take(link, released);
        return true;
    }

    private readonly HashSet<Link> _predecessorLinks = [];

    private void WatchEnd(Link link)
    {
        Action<Link>? closed = link.Closed;
        link.Closed = l =>
        {
            _predecessorLinks.Remove(l);
            _predecessors.Lost(l);
            closed?.Invoke(l);
        };
    }

    private void TakeRequests(HandoverNotice notice)
    {
        if (notice.WantsAll) FlushAll();
        foreach (string id in notice.WantedIds)
            if (QueueId.IsValid(id) && FlushOne(id) == 0 && _scanner.IsReadingDeferred) _requestedIds.Add(id);
        foreach (string site in notice.WantedSites) RequestSiteAsync(site).Detach();
    }

    private async Task RequestSiteAsync(string site) => await FlushSiteAsync(site);

    bool IHandoverReceiver.TryYield(string id)
    {
        if (_known.ContainsKey(id)) return false;
        _deferred.Remove(QueueKey.Of(id));
        return true;
    }

    void IHandoverReceiver.TakeBack(string id, string folder, ReleasedNotice? notice)
    {
        if (_draining || notice is { IsGone: true } || _known.ContainsKey(id)) return;
        if (notice is { NextMicroseconds: > 0 })
        {
            Defer(id, notice.NextMicroseconds);
            _scanner.ReadSites(id);
        }
        else if (folder == SpoolDirectory.Deferred) MakeDue(id);
        else
        {
            _known.Add(id, false);
            Wait(id, folder);
        }
    }

    void IHandoverReceiver.AllKnown()
    {
        (string Id, string Folder)[] early = [.. _foundEarly];
        _foundEarly.Clear();
        foreach ((string id, string folder) in early) Found(id, folder, 0);
        ArmDueTimer();
    }
}

using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>A message that is known and waits, by its file alone.</summary>
internal readonly record struct ParkedMessage(string Id, string Folder);

/// <summary>
/// One next hop (or one recipient, where a transport delivers to one at a time) of a transport: who waits for it, how many deliveries it
/// may have at once, and when the next may begin.
/// </summary>
internal sealed class Destination(Transport transport, string key, string nexthop, long number)
{
    private SortedSet<Peer>? _byOrder, _bySize;

    public Transport Transport { get; } = transport;
    public string Key { get; } = key;
    public string Nexthop { get; } = nexthop;
    public long Number { get; } = number;
    public ConcurrencyWindow Window { get; } = new(transport.Settings);
    public RateWindow? Rate { get; } = transport.Settings.DestinationRate is { } rate ? new RateWindow(rate) : null;
    public int Running { get; set; }
    /// <summary>Deliveries that wait.</summary>
    public int Waiting { get; private set; }
    /// <summary>When the next delivery may begin, by the transport's pauses.</summary>
    public long NotBefore { get; set; }
    /// <summary>While it is dead: until when, and why.</summary>
    public long DeadUntil { get; set; }
    public Outcome? DeadReason { get; set; }
    /// <summary>Until when its failures are remembered, work or not.</summary>
    public long RememberUntil { get; set; }
    /// <summary>Which delivery of the transport was its last: those that were served longest ago go first.</summary>
    public long Served { get; set; }
    /// <summary>Messages for it alone that are kept out of the active queue because so many of them are in it; null: none.</summary>
    public Queue<ParkedMessage>? Parked { get; set; }
    /// <summary>When the log last said that it clogs the active queue; null: it did not yet.</summary>
    public long? ClogLoggedAt { get; set; }
    /// <summary>When it will be looked at again; 0: no timer runs.</summary>
    public long WakeAt { get; set; }
    /// <summary>The peer that was made last, for building jobs.</summary>
    public Peer? LastPeer { get; set; }

    /// <summary>What it stands by in the transport's <see cref="ReadyList"/>; must not change while it does.</summary>
    public Peer? Head { get; set; }
    public Peer? Smallest { get; set; }
    public bool IsListed { get; set; }

    public bool IsDead => Window.IsDead;

    /// <summary>The time, no earlier than now, before which nothing may begin, apart from concurrency.</summary>
    public long EarliestAt(long now)
    {
        long at = Math.Max(now, NotBefore);
        return Rate == null ? at : Math.Max(at, Rate.NextAt(now));
    }

    public bool HasRoom => Running < Window.Size;

    /// <summary>The waiting peer that is first in the order of jobs, and the one of the smallest job that has not overtaken yet.</summary>
    public Peer? FirstByOrder => _byOrder?.Min;
    public Peer? FirstBySize => _bySize?.Min;

    /// <summary>Puts a peer with all its deliveries into the lists.</summary>
    public void Add(Peer peer, int deliveries)
    {
        Waiting += deliveries;
        List(peer);
    }

    /// <summary>Enters a peer into the lists, or again where its job's place has changed.</summary>
    public void List(Peer peer)
    {
        (_byOrder ??= new SortedSet<Peer>(PeerOrder.ByOrder)).Add(peer);
        if (!peer.Job.IsPromoted) (_bySize ??= new SortedSet<Peer>(PeerOrder.BySize)).Add(peer);
    }

    /// <summary>Takes a peer out of the lists, before its job's place changes or when it is empty.</summary>
    public void Unlist(Peer peer)
    {
        _byOrder?.Remove(peer);
        _bySize?.Remove(peer);
    }

    /// <summary>Takes a peer's next delivery.</summary>
    public Delivery Take(Peer peer)
    {
        Delivery delivery = peer.Take();
        Waiting--;
        if (peer.IsEmpty) Unlist(peer);
        return delivery;
    }

    /// <summary>Takes everything that waits.</summary>
    public List<Delivery> TakeAll()
    {
        List<Delivery> all = new(Waiting);
        while (FirstByOrder is { } peer) all.Add(Take(peer));
        return all;
    }
}

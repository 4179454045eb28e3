namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// A delivery service of master.cf: its limits, its destinations, and which delivery comes next. Jobs go in the order of their arrival, as
/// far as their destinations have room; a small one may overtake a large one (<see cref="Preemption"/>).
/// </summary>
/// <param name="limit">maxproc of the service: deliveries at once; 0: no limit.</param>
/// <param name="wake">Called when a destination or the transport may go on after a pause.</param>
internal sealed class Transport(ISchedulerHost host, TransportSettings settings, string name, int limit, Action<Transport> wake)
{
    /// <summary>Room between the places of two jobs, for those that overtake.</summary>
    private const long OrderStep = 1 << 20;
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly ReadyList _ready = new();
    private long _jobs, _numbers, _served;

    public string Name { get; } = name;
    public TransportSettings Settings { get; } = settings;
    public int Limit { get; } = limit;
    public int Running { get; private set; }
    /// <summary>Recipients in memory.</summary>
    public int Recipients { get; set; }
    /// <summary>Until when it counts as unavailable, on the scheduler's clock, and why.</summary>
    public long DeadUntil { get; set; }
    public string DeadReason { get; set; } = "";
    /// <summary>transport_rate_delay: when the next delivery may begin.</summary>
    public long NotBefore { get; private set; }
    public Dictionary<string, RateWindow> Senders { get; } = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Destination> Destinations => _destinations.Values;

    /// <summary>The destination of a recipient.</summary>
    public Destination DestinationOf(string nexthop, string recipient)
    {
        string key = Settings.RecipientLimit == 1 ? recipient : nexthop;
        if (_destinations.TryGetValue(key, out Destination? destination)) return destination;
        return _destinations[key] = new Destination(this, key, nexthop, ++_numbers);
    }

    public Job NewJob(QueuedMessage message)
    {
        long rank = ++_jobs;
        int siblings = 0;
        foreach (Job job in message.Jobs)
            if (job.Transport == this) siblings += job.Recipients;
        return new Job(message, this) { Order = rank * OrderStep, Rank = rank, Siblings = siblings };
    }

    // ---- what waits ------------------------------------------------------------------------------------------------

    /// <summary>Lets a peer's deliveries wait for their turn.</summary>
    public void Add(Peer peer, int deliveries)
    {
        Destination destination = peer.Destination;
        _ready.Remove(destination);
        destination.Add(peer, deliveries);
        Refresh(destination);
    }

    /// <summary>Takes the delivery whose turn it is; false when none may begin now.</summary>
    public bool TryTake(out Delivery delivery)
    {
        delivery = null!;
        if (Limit > 0 && Running >= Limit) return false;
        if (_ready.First is not { } destination || IsPausing(destination)) return false;
        Peer peer = destination.Head!;
        if (_ready.Smallest is { } other && Preemption.Allows(Settings, peer.Job, other.Smallest!.Job))
        {
            Peer small = other.Smallest;
            peer.Job.SlotsUsed += small.Job.Total;
            Promote(small.Job, peer.Job);
            (destination, peer) = (other, small);
        }
        _ready.Remove(destination);
        delivery = destination.Take(peer);
        Begin(delivery);
        return true;
    }

    /// <summary>True while transport_rate_delay holds everything back; a timer is set then.</summary>
    private bool IsPausing(Destination next)
    {
        long now = host.NowMilliseconds;
        if (Settings.TransportDelay <= TimeSpan.Zero) return false;
        if (Running > 0) return true;
        if (NotBefore <= now) return false;
        WakeAt(next, NotBefore, now);
        return true;
    }

    private void Begin(Delivery delivery)
    {
        Destination destination = delivery.Destination;
        delivery.Peer.Job.Selected++;
        destination.Running++;
        Running++;
        destination.Served = ++_served;
        destination.Rate?.Take(host.NowMilliseconds);
        Refresh(destination);
    }

    /// <summary>Puts a job directly in front of another, behind those that went there before.</summary>
    private void Promote(Job job, Job front)
    {
        Peer[] waiting = [.. job.Peers.Where(p => !p.IsEmpty)];
        foreach (Peer peer in waiting)
        {
            _ready.Remove(peer.Destination);
            peer.Destination.Unlist(peer);
        }
        (job.Order, job.Rank, job.IsPromoted) = (front.Order - 1, ++_jobs, true);
        foreach (Peer peer in waiting)
        {
            peer.Destination.List(peer);
            Refresh(peer.Destination);
        }
    }

    // ---- what runs -------------------------------------------------------------------------------------------------

    /// <summary>A delivery that another process has begun takes its place.</summary>
    public void Occupy(Destination destination)
    {
        _ready.Remove(destination);
        destination.Running++;
        Running++;
        Refresh(destination);
    }

    /// <summary>A delivery is over.</summary>
    public void Release(Destination destination)
    {
        destination.Running--;
        Running--;
        long now = host.NowMilliseconds;
        if (Settings.DestinationDelay > TimeSpan.Zero) destination.NotBefore = now + (long)Settings.DestinationDelay.TotalMilliseconds;
        if (Settings.TransportDelay > TimeSpan.Zero) NotBefore = now + (long)Settings.TransportDelay.TotalMilliseconds;
        Refresh(destination);
    }

    /// <summary>
    /// Enters a destination among those that are ready, or takes it out, as its state now calls for; sets a timer when only time is
    /// missing; forgets it when it has neither work nor a memory.
    /// </summary>
    public void Refresh(Destination destination)
    {
        _ready.Remove(destination);
        long now = host.NowMilliseconds;
        if (destination.IsDead)
        {
            WakeAt(destination, destination.DeadUntil, now);
            return;
        }
        if (destination.Waiting == 0)
        {
            if (destination.Running == 0) Forget(destination, now);
            return;
        }
        if (!destination.HasRoom) return;
        long at = destination.EarliestAt(now);
        if (at > now) WakeAt(destination, at, now);
        else _ready.Add(destination);
    }

    private void Forget(Destination destination, long now)
    {
        if (destination.Parked is { Count: > 0 }) return;
        if (destination.Window.FailedCohorts > 0 && destination.RememberUntil > now) WakeAt(destination, destination.RememberUntil, now);
        else if (destination.NotBefore > now) WakeAt(destination, destination.NotBefore, now);
        else if (destination.Rate is { } rate && !rate.IsEmpty(now))
            WakeAt(destination, now + (long)rate.Limit.Period.TotalMilliseconds, now);
        else if (_destinations.TryGetValue(destination.Key, out Destination? known) && known == destination)
            _destinations.Remove(destination.Key);
    }

    private void WakeAt(Destination destination, long at, long now)
    {
        if (destination.WakeAt > now && destination.WakeAt <= at) return;
        destination.WakeAt = at;
        host.After(TimeSpan.FromMilliseconds(Math.Max(1, at - now)), () => Wake(destination, at));
    }

    private void Wake(Destination destination, long at)
    {
        if (destination.WakeAt != at) return; // another timer has taken its place
        destination.WakeAt = 0;
        if (destination.IsDead && destination.DeadUntil <= host.NowMilliseconds) Resume(destination);
        else Refresh(destination);
        wake(this);
    }

    /// <summary>A dead destination gets another chance.</summary>
    public void Resume(Destination destination)
    {
        if (!destination.IsDead) return;
        destination.Window.Reset();
        (destination.DeadUntil, destination.DeadReason) = (0, null);
        Refresh(destination);
    }

    /// <summary>All deliveries that wait, taken out.</summary>
    public List<Delivery> TakeAllWaiting()
    {
        List<Delivery> all = [];
        foreach (Destination destination in _destinations.Values.ToArray())
        {
            _ready.Remove(destination);
            all.AddRange(destination.TakeAll());
            Refresh(destination);
        }
        return all;
    }
}

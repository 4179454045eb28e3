using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>A delivery service of master.cf: its socket, its limits, and its destinations, served in turn.</summary>
internal sealed class Transport
{
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly Queue<Destination> _round = new();

    /// <param name="limit">maxproc of the service: deliveries at once; 0: no limit.</param>
    public Transport(EventLoop loop, SpoolDirectory spool, MailConfig config, string name, int limit)
    {
        Name = name;
        Limit = limit;
        RecipientLimit = config.Get(QmgrParams.DestinationRecipientLimit, name);
        DestinationLimit = config.Get(QmgrParams.DestinationConcurrencyLimit, name);
        Agent = new LinkClient(loop, spool.SocketPath(true, name));
    }

    public string Name { get; }
    public int Limit { get; }
    /// <summary>Recipients in one job; 0: no limit.</summary>
    public int RecipientLimit { get; }
    /// <summary>Deliveries at once to one destination; 0: no limit.</summary>
    public int DestinationLimit { get; }
    public LinkClient Agent { get; }
    public int Running { get; private set; }
    /// <summary>Until when it counts as unavailable, on the loop's clock in milliseconds, and why.</summary>
    public long DeadUntil { get; set; }
    public string DeadReason { get; set; } = "";

    /// <summary>The destination of a recipient. Where jobs have one recipient each, every recipient is a destination of its own.</summary>
    public Destination DestinationOf(string nexthop, string recipient)
    {
        string key = RecipientLimit == 1 ? recipient : nexthop;
        if (_destinations.TryGetValue(key, out Destination? destination)) return destination;
        return _destinations[key] = new Destination(this, key, nexthop);
    }

    public void Enqueue(Job job)
    {
        // its destination may have been forgotten as empty meanwhile, and made anew by another job
        if (!_destinations.TryAdd(job.Destination.Key, job.Destination)) job.Destination = _destinations[job.Destination.Key];
        job.Destination.Waiting.Enqueue(job);
        Join(job.Destination);
    }

    /// <summary>Takes the next job that may run now: one from each destination in turn.</summary>
    public bool TryTake(out Job job)
    {
        while ((Limit == 0 || Running < Limit) && _round.TryDequeue(out Destination? destination))
        {
            destination.InRound = false;
            if (!destination.MayRun) continue;
            job = destination.Waiting.Dequeue();
            destination.Running++;
            Running++;
            Join(destination);
            return true;
        }
        job = null!;
        return false;
    }

    /// <summary>A job is over.</summary>
    public void Release(Destination destination)
    {
        destination.Running--;
        Running--;
        Join(destination);
        if (destination.Running == 0 && destination.Waiting.Count == 0) _destinations.Remove(destination.Key);
    }

    /// <summary>Destinations with work.</summary>
    internal int DestinationCount => _destinations.Count;

    /// <summary>All jobs that wait, taken out.</summary>
    public List<Job> TakeAllWaiting()
    {
        List<Job> jobs = [];
        foreach (Destination destination in _destinations.Values)
        {
            jobs.AddRange(destination.Waiting);
            destination.Waiting.Clear();
            // removing while enumerating is allowed for a dictionary
            if (destination.Running == 0) _destinations.Remove(destination.Key);
        }
        return jobs;
    }

    private void Join(Destination destination)
    {
        if (destination.InRound || !destination.MayRun) return;
        destination.InRound = true;
        _round.Enqueue(destination);
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Qmgr;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>
/// The scheduler alone: a clock that the test sets, and agents that deliver when the test says so. The transport is "t", a destination's
/// name its next hop.
/// </summary>
internal sealed class SchedulerBench : ISchedulerHost, IScheduled
{
    private readonly PriorityQueue<Action, (long, long)> _timers = new();
    private readonly List<(Delivery Delivery, IDeliverySink Sink)> _running = [];
    private long _timerNumber;

    public SchedulerBench(string config = "", int limit = 0)
    {
        MailConfig main = MailConfig.Parse("initial_destination_concurrency = 2\n" + config + "\n").Config;
        Scheduler = new Scheduler(this, main, new QmgrSettings(main), new Dictionary<string, int> { ["t"] = limit, ["u"] = limit }, this);
    }

    public Scheduler Scheduler { get; }
    public Transport T => Scheduler.Find("t");
    public long NowMilliseconds { get; private set; } = 1_000_000;
    /// <summary>Deliveries in the order they began, as "message>destination".</summary>
    public List<string> Begun { get; } = [];
    public List<(string Message, Outcome Outcome, TimeSpan? Wait)> Failures { get; } = [];
    public int Done { get; private set; }
    /// <summary>No agent can be reached.</summary>
    public bool AgentsAway { get; set; }
    public int RunningCount => _running.Count;
    public string[] RunningKeys => [.. _running.Select(r => r.Delivery.Destination.Key).Distinct()];

    public void After(TimeSpan delay, Action action) =>
        _timers.Enqueue(action, (NowMilliseconds + (long)Math.Ceiling(delay.TotalMilliseconds), ++_timerNumber));

    public bool TryDeliver(Delivery delivery, IDeliverySink sink, out string error)
    {
        error = AgentsAway ? "away" : "";
        if (AgentsAway) return false;
        _running.Add((delivery, sink));
        Begun.Add($"{delivery.Message.Id}>{delivery.Destination.Key}");
        return true;
    }

    void IScheduled.Delivered(Delivery delivery, DeliverReply reply) => Done += reply.Recipients.Count(o => o.Outcome.IsOk);

    void IScheduled.Failed(Delivery delivery, Outcome outcome, TimeSpan? wait) =>
        Failures.Add((delivery.Message.Id, outcome, wait));

    void IScheduled.Abandoned(Delivery delivery) { }

    void IScheduled.MakeRoom(Destination destination) { }

    /// <summary>A message to these next hops, one recipient each.</summary>
    public void Send(string id, params string[] nexthops) => Send(id, "sender@x", false, nexthops);

    public void Send(string id, string sender, bool forced, params string[] nexthops)
    {
        QueuedMessage message = new(new Envelope { QueueId = id, Sender = sender }, "incoming", default) { Forced = forced };
        Job job = T.NewJob(message);
        int n = 0;
        foreach (string nexthop in nexthops)
            job.Add(T.DestinationOf(nexthop, $"r{n++}@{nexthop}"), new DeliverRecipient { Address = $"r{n}@{nexthop}" });
        Scheduler.Submit(job);
    }

    /// <summary>Ends deliveries: of this destination (all: null), as many as there are or so many.</summary>
    public int Finish(string? destination = null, int most = int.MaxValue, bool siteFailed = false)
    {
        var ending = _running.Where(r => destination == null || r.Delivery.Destination.Key == destination).Take(most).ToList();
        foreach (var (delivery, sink) in ending)
        {
            _running.Remove((delivery, sink));
            Outcome outcome = siteFailed ? Outcome.Defer("4.4.1", "connect to host: Connection refused") : Outcome.Ok("sent");
            sink.Answered(delivery, new DeliverReply
            {
                SiteFailed = siteFailed,
                Recipients = [.. delivery.Recipients.Select(_ => new RecipientOutcome { Outcome = outcome })]
            });
        }
        return ending.Count;
    }

    public void Lose(string reason = "gone")
    {
        foreach (var (delivery, sink) in _running.ToArray())
        {
            _running.Remove((delivery, sink));
            sink.Lost(delivery, reason);
        }
    }

    /// <summary>Lets time go by.</summary>
    public void Pass(double seconds)
    {
        long end = NowMilliseconds + (long)(seconds * 1000);
        while (_timers.TryPeek(out Action? action, out (long At, long) key) && key.At <= end)
        {
            _timers.Dequeue();
            NowMilliseconds = Math.Max(NowMilliseconds, key.At);
            action();
        }
        NowMilliseconds = end;
    }

    /// <summary>What began since the last call, message names only.</summary>
    public string Take()
    {
        string text = string.Concat(Begun.Select(b => b[..b.IndexOf('>')]));
        Begun.Clear();
        return text;
    }
}

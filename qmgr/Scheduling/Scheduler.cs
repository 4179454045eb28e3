using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// Hands deliveries to the agents within the limits of transports and destinations, learns from the answers how much a destination stands,
/// and gives the outcomes back to the messages. docs/SCHEDULER.md tells how it decides.
/// </summary>
internal sealed partial class Scheduler : IDeliverySink
{
    /// <summary>How often a delivery is given to an agent again after one died under it.</summary>
    private const int MaxLosses = 3;
    private static readonly TimeSpan LossDelay = TimeSpan.FromSeconds(1);
    private readonly ISchedulerHost _host;
    private readonly MailConfig _config;
    private readonly QmgrSettings _settings;
    private readonly IReadOnlyDictionary<string, int> _limits;
    private readonly IScheduled _results;
    private readonly Dictionary<string, Transport> _transports = new(StringComparer.Ordinal);
    private readonly HashSet<Delivery> _running = [];
    private bool _stopped;

    /// <param name="limits">The transports of master.cf with their maxproc.</param>
    public Scheduler(ISchedulerHost host, MailConfig config, QmgrSettings settings, IReadOnlyDictionary<string, int> limits,
        IScheduled results) =>
        (_host, _config, _settings, _limits, _results) = (host, config, settings, limits, results);

    /// <summary>The transports that master.cf names, with the deliveries each may run at once; 0: no limit.</summary>
    public static Dictionary<string, int> LimitsOf(MailConfig config)
    {
        int standard = config.Get(MasterParams.DefaultProcessLimit);
        return MasterCf.Load(config.Directory, []).Where(e => e.Type == ServiceType.Unix)
            .GroupBy(e => e.Name).ToDictionary(g => g.Key, g => g.Last().MaxProc ?? standard, StringComparer.Ordinal);
    }

    /// <summary>Deliveries that run now.</summary>
    public IReadOnlyCollection<Delivery> Running => _running;

    /// <summary>Called when a delivery has ended, before its outcomes are taken.</summary>
    public Action<Delivery>? DeliveryEnded { get; set; }

    public IEnumerable<Transport> Transports => _transports.Values;

    public Transport Find(string name)
    {
        if (_transports.TryGetValue(name, out Transport? transport)) return transport;
        bool exists = _limits.TryGetValue(name, out int limit);
        transport = new Transport(_host, new TransportSettings(_config, name), name, limit, Dispatch);
        if (!exists) (transport.DeadUntil, transport.DeadReason) = (long.MaxValue, "mail transport unavailable");
        return _transports[name] = transport;
    }

    /// <summary>Why nothing can be delivered through a transport now, or null.</summary>
    /// <param name="forced">Somebody asked for this message to be tried now.</param>
    public Outcome? Unavailable(Transport transport, bool forced = false)
    {
        if (!forced && _settings.DeferTransports.Contains(transport.Name)) return Outcome.Defer("4.3.2", "deferred transport");
        if (forced && transport.DeadUntil != long.MaxValue) transport.DeadUntil = 0;
        return transport.DeadUntil > _host.NowMilliseconds ? Outcome.Defer("4.3.0", transport.DeadReason) : null;
    }

    // ---- submission ------------------------------------------------------------------------------------------------

    /// <summary>Lets a job's deliveries begin as soon as there is room for them. What cannot be tried at all now fails at once.</summary>
    public void Submit(Job job)
    {
        foreach (Peer peer in job.Peers)
        {
            peer.Destination.LastPeer = null;
            Submit(peer);
        }
        Dispatch(job.Transport);
    }

    private void Submit(Peer peer)
    {
        List<Delivery> deliveries = [];
        while (!peer.IsEmpty) deliveries.Add(peer.Take());
        int admitted = 0;
        foreach (Delivery delivery in deliveries)
        {
            if (!IsAdmitted(delivery)) continue;
            peer.Add(delivery);
            admitted++;
        }
        if (admitted > 0) peer.Job.Transport.Add(peer, admitted);
    }

    private bool IsAdmitted(Delivery delivery)
    {
        Destination destination = delivery.Destination;
        if (delivery.Message.Forced) destination.Transport.Resume(destination);
        if (destination.IsDead)
        {
            _results.Failed(delivery, Suspended(destination), null);
            return false;
        }
        return IsWithinRates(delivery);
    }

    private static Outcome Suspended(Destination destination) =>
        destination.DeadReason! with { Text = "delivery temporarily suspended: " + destination.DeadReason.Text };

    /// <summary>One that comes back after its agent died: its destination may have been forgotten or be dead meanwhile.</summary>
    private void Resubmit(Delivery delivery)
    {
        if (_stopped) return;
        Transport transport = delivery.Destination.Transport;
        if (Unavailable(transport, delivery.Message.Forced) is { } outcome)
        {
            _results.Failed(delivery, outcome, null);
            return;
        }
        Peer peer = new(delivery.Peer.Job, transport.DestinationOf(delivery.Destination.Nexthop, delivery.Destination.Key));
        peer.Job.Peers.Add(peer);
        peer.Add(delivery);
        Submit(peer);
        Dispatch(transport);
    }

    // ---- delivery --------------------------------------------------------------------------------------------------

    private void Dispatch(Transport transport)
    {
        while (!_stopped && !IsHeldBack(transport) && transport.TryTake(out Delivery delivery))
        {
            _running.Add(delivery);
            delivery.Message.UnderWay++;
            if (_host.TryDeliver(delivery, this, out string error)) continue;
            Release(delivery);
            SuspendTransport(transport, delivery, error);
            return;
        }
    }

    private void Release(Delivery delivery)
    {
        _running.Remove(delivery);
        delivery.Message.UnderWay--;
        DeliveryEnded?.Invoke(delivery);
        Release(delivery.Destination);
    }

    private void Release(Destination destination)
    {
        destination.Transport.Release(destination);
        if (destination.Parked != null) _results.MakeRoom(destination);
    }

    /// <summary>The transport cannot be reached: everything that waits for it is deferred, and for a while nothing new is tried.</summary>
    private void SuspendTransport(Transport transport, Delivery first, string error)
    {
        Log.Warning($"connect to transport {transport.Name}: {error}");
        transport.DeadUntil = _host.NowMilliseconds + (long)_settings.TransportRetry.TotalMilliseconds;
        transport.DeadReason = "mail transport unavailable";
        Outcome outcome = Outcome.Defer("4.3.0", transport.DeadReason);
        _results.Failed(first, outcome, null);
        foreach (Delivery delivery in transport.TakeAllWaiting()) _results.Failed(delivery, outcome, null);
        foreach (Destination destination in transport.Destinations.Where(d => d.Parked != null).ToArray()) _results.MakeRoom(destination);
    }

    public void Answered(Delivery delivery, DeliverReply reply)
    {
        ApplyFeedback(delivery.Destination, reply);
        Release(delivery);
        _results.Delivered(delivery, reply);
        Dispatch(delivery.Destination.Transport);
    }

    public void Lost(Delivery delivery, string reason, bool again = true)
    {
        Release(delivery);
        if (_stopped)
        {
            _results.Abandoned(delivery);
            return;
        }
        if (again && ++delivery.Losses < MaxLosses) _host.After(LossDelay, () => Resubmit(delivery));
        else _results.Failed(delivery, Outcome.Defer("4.3.0", $"delivery agent failed: {reason}"), null);
        Dispatch(delivery.Destination.Transport);
    }

    // ---- destinations ----------------------------------------------------------------------------------------------

    private void ApplyFeedback(Destination destination, DeliverReply reply)
    {
        bool wasDead = destination.IsDead;
        if (!reply.SiteFailed) destination.Window.Succeed(destination.Running);
        else destination.Window.Fail();
        // failures of single messages that come one by one must add up, too
        if (reply.SiteFailed) destination.RememberUntil = _host.NowMilliseconds + (long)_settings.MinimalBackOff.TotalMilliseconds;
        if (_settings.FeedbackDebug) LogFeedback(destination, reply.SiteFailed);
        if (wasDead && !destination.IsDead) (destination.DeadUntil, destination.DeadReason) = (0, null);
        if (!wasDead && destination.IsDead) SuspendDestination(destination, reply.Recipients[0].Outcome);
    }

    private static void LogFeedback(Destination d, bool failed) => Log.Info(
        $"{d.Transport.Name}:{d.Key}: {(failed ? "failure" : "success")} limit {d.Transport.Settings.ConcurrencyLimit} window "
        + $"{d.Window.Size} success {d.Window.Successes:0.###} failure {d.Window.Failures:0.###} fail_cohorts "
        + $"{d.Window.FailedCohorts:0.###}");

    /// <summary>A destination is dead: what waits for it is deferred for the same reason, and nothing is tried for a while.</summary>
    private void SuspendDestination(Destination destination, Outcome reason)
    {
        destination.DeadReason = reason with { Kind = OutcomeKind.Temporary, Status = reason.Status.WithClass(4), Diagnostic = "" };
        destination.DeadUntil = _host.NowMilliseconds + (long)_settings.MinimalBackOff.TotalMilliseconds;
        destination.Transport.Refresh(destination);
        if (_stopped) return; // what waits is the next process's
        Outcome suspended = Suspended(destination);
        foreach (Delivery delivery in destination.TakeAll()) _results.Failed(delivery, suspended, null);
        if (destination.Parked != null) _results.MakeRoom(destination);
    }

    /// <summary>Forgets that transports and destinations were unavailable (flush).</summary>
    public void ResumeAll()
    {
        foreach (Transport transport in _transports.Values)
        {
            if (transport.DeadUntil != long.MaxValue) transport.DeadUntil = 0;
            foreach (Destination destination in transport.Destinations.Where(d => d.IsDead).ToArray()) transport.Resume(destination);
        }
    }

    // ---- replaced processes ----------------------------------------------------------------------------------------

    /// <summary>
    /// Transports with a process limit of their own in master.cf begin nothing while it is set: how many of their deliveries a replaced
    /// process has under way is not known yet.
    /// </summary>
    public bool HoldsBackLimited
    {
        get;
        set
        {
            field = value;
            if (value) return;
            foreach (Transport transport in _transports.Values.ToArray()) Dispatch(transport);
        }
    }

    private bool IsHeldBack(Transport transport) =>
        HoldsBackLimited && transport.Limit > 0 && transport.Limit != _config.Get(MasterParams.DefaultProcessLimit);

    /// <summary>A replaced process has a delivery under way, which counts against the limits until it is vacated.</summary>
    public Destination Occupy(string transport, string nexthop, string recipient)
    {
        Destination destination = Find(transport).DestinationOf(nexthop, recipient);
        destination.Transport.Occupy(destination);
        return destination;
    }

    public void Vacate(Destination destination)
    {
        Release(destination);
        Dispatch(destination.Transport);
    }

    /// <summary>Starts nothing more; what runs goes on.</summary>
    public void Stop() => _stopped = true;
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>Hands jobs to the delivery agents within the limits of transports and destinations, and their outcomes back to the messages.</summary>
internal sealed class Scheduler
{
    /// <summary>How often a job is given to an agent again after one died under it.</summary>
    private const int MaxLosses = 3;
    private static readonly TimeSpan LossDelay = TimeSpan.FromSeconds(1);
    private readonly EventLoop _loop;
    private readonly SpoolDirectory _spool;
    private readonly MailConfig _config;
    private readonly QmgrSettings _settings;
    private readonly Dictionary<string, int> _limits;
    private readonly Dictionary<string, Transport> _transports = new(StringComparer.Ordinal);
    private readonly Action<Job, List<RecipientOutcome>> _delivered;
    private readonly Action<Job, Outcome> _failed;
    private bool _stopped;

    /// <param name="delivered">Gets an agent's outcomes, in the order of the job's recipients.</param>
    /// <param name="failed">Gets jobs that no agent could be asked for: one outcome for all their recipients.</param>
    public Scheduler(EventLoop loop, SpoolDirectory spool, MailConfig config, QmgrSettings settings,
        Action<Job, List<RecipientOutcome>> delivered, Action<Job, Outcome> failed)
    {
        (_loop, _spool, _config, _settings, _delivered, _failed) = (loop, spool, config, settings, delivered, failed);
        int standard = config.Get(MasterParams.DefaultProcessLimit);
        _limits = MasterCf.Load(config.Directory, []).Where(e => e.Type == ServiceType.Unix)
            .GroupBy(e => e.Name).ToDictionary(g => g.Key, g => g.Last().MaxProc ?? standard, StringComparer.Ordinal);
    }

    /// <summary>Deliveries that run now.</summary>
    public int Running { get; private set; }

    public Transport Find(string name)
    {
        if (_transports.TryGetValue(name, out Transport? transport)) return transport;
        transport = new Transport(_loop, _spool, _config, name, _limits.GetValueOrDefault(name));
        if (!_limits.ContainsKey(name))
        {
            transport.DeadUntil = long.MaxValue;
            transport.DeadReason = "mail transport unavailable";
        }
        return _transports[name] = transport;
    }

    /// <summary>Why nothing can be delivered through a transport now, or null.</summary>
    public Outcome? Unavailable(Transport transport)
    {
        if (_settings.DeferTransports.Contains(transport.Name)) return Outcome.Defer("4.3.2", "deferred transport");
        return transport.DeadUntil > _loop.NowMilliseconds ? Outcome.Defer("4.3.0", transport.DeadReason) : null;
    }

    /// <summary>Forgets that a transport was unavailable (flush).</summary>
    public void Revive()
    {
        foreach (Transport transport in _transports.Values)
            if (transport.DeadUntil != long.MaxValue) transport.DeadUntil = 0;
    }

    public void Enqueue(Job job)
    {
        Transport transport = job.Destination.Transport;
        if (Unavailable(transport) is { } outcome)
        {
            _failed(job, outcome);
            return;
        }
        transport.Enqueue(job);
        Dispatch(transport);
    }

    private void Dispatch(Transport transport)
    {
        while (!_stopped && transport.TryTake(out Job job))
        {
            Running++;
            DeliverRequest request = job.Message.MakeRequest(transport.Name, job.Destination.Nexthop);
            request.Recipients = job.Recipients;
            AgentCall call = new(this, job);
            if (!transport.Agent.TryOpen(request, call, out _))
            {
                Release(job);
                Bury(transport, job);
                return;
            }
        }
    }

    private void Release(Job job)
    {
        Running--;
        job.Destination.Transport.Release(job.Destination);
    }

    /// <summary>The transport cannot be reached: everything that waits for it is deferred, and for a while nothing new is tried.</summary>
    private void Bury(Transport transport, Job first)
    {
        Log.Warning($"connect to transport {transport.Name}: {transport.Agent.LastError}");
        transport.DeadUntil = _loop.NowMilliseconds + (long)_settings.TransportRetry.TotalMilliseconds;
        transport.DeadReason = "mail transport unavailable";
        _failed(first, Outcome.Defer("4.3.0", transport.DeadReason));
        foreach (Job job in transport.TakeAllWaiting()) _failed(job, Outcome.Defer("4.3.0", transport.DeadReason));
    }

    private void Answered(Job job, DeliverReply reply)
    {
        Release(job);
        _delivered(job, reply.Recipients);
        Dispatch(job.Destination.Transport);
    }

    private void Lost(Job job, string reason)
    {
        Release(job);
        Transport transport = job.Destination.Transport;
        if (_stopped) return;
        if (++job.Losses < MaxLosses) _loop.After(LossDelay, () => Enqueue(job));
        else _failed(job, Outcome.Defer("4.3.0", $"delivery agent failed: {reason}"));
        Dispatch(transport);
    }

    /// <summary>Starts nothing more; what runs goes on.</summary>
    public void Stop() => _stopped = true;

    public void Close()
    {
        foreach (Transport transport in _transports.Values) transport.Agent.Close();
    }

    private sealed class AgentCall(Scheduler scheduler, Job job) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            if (type == FrameType.Progress) return;
            DeliverReply reply = new();
            if (type == FrameType.Reply && AttributeDecoder.TryDecode(payload, reply) && reply.Recipients.Count == job.Recipients.Count)
                scheduler.Answered(job, reply);
            else scheduler.Lost(job, "bad answer");
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) => scheduler.Lost(job, reason);
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// Counted rates. Who is over the sender's rate waits here when it is not for long, and is deferred to a time of its own otherwise; for the
/// destination's rate a delivery waits in the destination's queue, unless that holds more already than is sent in that time.
/// </summary>
internal sealed partial class Scheduler
{
    /// <summary>What has longer to wait does not wait in the active queue.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    private bool IsWithinRates(Delivery delivery)
    {
        Transport transport = delivery.Destination.Transport;
        long now = _host.NowMilliseconds;
        if (delivery.Destination.Rate is { } rate && IsClogged(delivery.Destination, rate, now))
        {
            DeferOverRate(delivery, rate, now, $"{delivery.Destination.Key}");
            return false;
        }
        if (transport.Settings.SenderRate is not { } limit) return true;
        string sender = delivery.Message.RateKey;
        if (!transport.Senders.TryGetValue(sender, out RateWindow? window))
            transport.Senders[sender] = window = NewSender(transport, sender, limit);
        long at = window.NextAt(now);
        if (at <= now)
        {
            window.Take(now);
            return true;
        }
        if (at - now > s_longestWait.TotalMilliseconds)
            DeferOverRate(delivery, window, now, $"sender {(sender.Length == 0 ? "<>" : sender)}");
        else _host.After(TimeSpan.FromMilliseconds(at - now), () => Resubmit(delivery));
        return false;
    }

    private static bool IsClogged(Destination destination, RateWindow rate, long now)
    {
        double share = rate.Limit.Period.TotalMilliseconds / rate.Limit.Count;
        return rate.NextAt(now) - now + destination.Waiting * share > Math.Max(s_longestWait.TotalMilliseconds, share);
    }

    private void DeferOverRate(Delivery delivery, RateWindow window, long now, string who)
    {
        long wait = window.Reserve(now) - now;
        _results.Failed(delivery, Outcome.Defer("4.3.2", $"delivery temporarily suspended: rate limit of {window.Limit} for {who}"),
            wait > 0 ? TimeSpan.FromMilliseconds(wait) : null);
    }

    /// <summary>A sender's window goes once it is empty.</summary>
    private RateWindow NewSender(Transport transport, string sender, RateLimit limit)
    {
        RateWindow window = new(limit);
        Watch();
        return window;

        void Watch() => _host.After(limit.Period, () =>
        {
            if (window.IsEmpty(_host.NowMilliseconds)) transport.Senders.Remove(sender);
            else Watch();
        });
    }
}

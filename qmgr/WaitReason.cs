using System.Globalization;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>Why something waits, in words.</summary>
internal static class WaitReason
{
    /// <summary>Why deliveries to a destination do not begin at once; empty when they do.</summary>
    public static string Of(Destination d, long now)
    {
        if (d.IsDead) return $"delivery temporarily suspended for {Seconds(d.DeadUntil - now)}: {d.DeadReason?.Text}";
        if (d.Waiting == 0) return "";
        if (d.Rate is { } rate && rate.NextAt(now) > now)
            return $"rate limit of {rate.Limit}, next delivery in {Seconds(rate.NextAt(now) - now)}";
        if (d.NotBefore > now) return $"pause between deliveries, next in {Seconds(d.NotBefore - now)}";
        if (!d.HasRoom) return $"{d.Running} of {d.Window.Size} possible deliveries are under way";
        Transport t = d.Transport;
        return t.Limit > 0 && t.Running >= t.Limit ? $"all {t.Limit} deliveries of transport {t.Name} are under way" : "its turn comes";
    }

    /// <summary>
    /// Why an active message is not done: of its destinations, the first that waits; empty while all are being delivered to.
    /// </summary>
    public static string Of(QueuedMessage message, long now)
    {
        foreach (Job job in message.Jobs)
            foreach (Peer peer in job.Peers)
                if (!peer.IsEmpty) return $"waits for {peer.Destination.Key}: {Of(peer.Destination, now)}";
        return "";
    }

    public static DestinationState StateOf(Destination d, long now, long nowMicroseconds)
    {
        long until = d.IsDead ? d.DeadUntil : d.Waiting > 0 ? d.EarliestAt(now) : now;
        return new DestinationState
        {
            Transport = d.Transport.Name,
            Name = d.Key,
            Window = d.Window.Size,
            Running = d.Running,
            Waiting = d.Waiting,
            UntilMicroseconds = until > now ? nowMicroseconds + (until - now) * 1000 : 0,
            Reason = Of(d, now),
        };
    }

    private static string Seconds(long milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (milliseconds + 999) / 1000)}s");
}

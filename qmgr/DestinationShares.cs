using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// No destination may fill the active queue: when half of it waits for one, further messages for that one alone are parked, by name only,
/// until there is room again. So a destination that is slow but not dead holds up nobody else.
/// </summary>
internal sealed class DestinationShares(EventLoop loop, QmgrSettings settings)
{
    private int Share => Math.Max(1, settings.ActiveLimit / 2);

    /// <summary>The destination that a message is for, if it is for one only and that has more than its share; else null.</summary>
    public Destination? FindFull(QueuedMessage message)
    {
        if (message.Forced || message.Jobs.Count != 1 || message.Jobs[0].Peers.Count != 1) return null;
        Destination destination = message.Jobs[0].Peers[0].Destination;
        bool isWhole = message.Remaining == null && !message.HasOutcomes;
        return isWhole && !destination.IsDead && destination.Waiting >= Share ? destination : null;
    }

    /// <summary>Parks a message with its destination.</summary>
    public void Park(QueuedMessage message, Destination destination)
    {
        (destination.Parked ??= new Queue<ParkedMessage>()).Enqueue(new ParkedMessage(message.Id, message.Folder));
        long now = loop.NowMilliseconds;
        if (destination.ClogLoggedAt is { } logged && now - logged < settings.ClogWarnTime.TotalMilliseconds) return;
        destination.ClogLoggedAt = now;
        Log.Warning($"mail for {destination.Key} is using up {destination.Waiting} of {settings.ActiveLimit} active queue entries; more "
            + $"of it waits outside");
    }

    /// <summary>Takes out messages for which a destination has room now.</summary>
    public IEnumerable<ParkedMessage> TakeForRoom(Destination destination)
    {
        int room = destination.Waiting == 0 ? int.MaxValue : Share / 2 - destination.Waiting;
        for (; room > 0 && destination.Parked!.TryDequeue(out ParkedMessage parked); room--) yield return parked;
        if (destination.Parked!.Count > 0) yield break;
        destination.Parked = null;
        destination.Transport.Refresh(destination);
    }
}

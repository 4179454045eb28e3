using MtaSuite.Common.Log;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// No destination may fill the active queue: when half of it waits for one, further messages for that one alone are put aside, by name
/// only, until there is room again. So a destination that is slow but not dead holds up nobody else.
/// </summary>
internal sealed partial class ActiveQueue
{
    private int Share => Math.Max(1, _settings.ActiveLimit / 2);

    /// <summary>Takes messages that are put aside, and gives them back when they may be tried.</summary>
    public Action<QueuedMessage> Parked { get; init; } = _ => { };
    public Action<ParkedMessage> Unparked { get; init; } = _ => { };

    /// <summary>The destination that a message is for, if it is for one only and that has more than its share; else null.</summary>
    private Destination? CrowdOf(QueuedMessage message)
    {
        // one pending: this call itself; all the others are deliveries of the one peer
        if (message.Forced || message.Jobs.Count != 1 || message.Jobs[0].Peers.Count != 1) return null;
        Destination destination = message.Jobs[0].Peers[0].Destination;
        bool isWhole = message.Rest == null && message.Round.IsClean
            && message.Failed.Count + message.Deferred.Count + message.Reported.Count == 0;
        return isWhole && !destination.IsDead && destination.Waiting >= Share ? destination : null;
    }

    private void Park(QueuedMessage message, Destination destination)
    {
        (destination.Parked ??= new Queue<ParkedMessage>()).Enqueue(new ParkedMessage(message.Id, message.Folder));
        message.Pending = int.MaxValue; // this round has no end
        _budget.Return(message);
        _messages.Remove(message.Id);
        Parked(message);
        long now = _loop.NowMilliseconds;
        if (now - destination.CrowdLoggedAt < _settings.ClogWarnTime.TotalMilliseconds) return;
        destination.CrowdLoggedAt = now;
        Log.Warning($"mail for {destination.Key} is using up {destination.Waiting} of {_settings.ActiveLimit} active queue entries; more "
            + $"of it waits outside");
    }

    public void MakeRoom(Destination destination)
    {
        int room = destination.Waiting == 0 ? int.MaxValue : Share / 2 - destination.Waiting;
        for (; room > 0 && destination.Parked!.TryDequeue(out ParkedMessage parked); room--) Unparked(parked);
        if (destination.Parked!.Count > 0) return;
        destination.Parked = null;
        destination.Transport.Refresh(destination);
    }
}

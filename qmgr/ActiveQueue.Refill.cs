using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages with more recipients than there is room for in memory: more are read as soon as TRANSPORT_recipient_refill_limit of them
/// have a place, and fewer every TRANSPORT_recipient_refill_delay, so that a recipient who takes long does not hold up those behind.
/// </summary>
internal sealed partial class ActiveQueue
{
    /// <summary>A delivery's recipients have their outcomes: of a message with more in its file they are out of memory.</summary>
    private static void ReleaseMemory(Delivery delivery)
    {
        if (delivery.Message.Remaining != null) delivery.Peer.Job.Release(delivery.Recipients.Count);
    }

    /// <summary>Reads more recipients if now is the time for that.</summary>
    private void Refill(QueuedMessage message, Transport transport)
    {
        if (_stopped || message.Remaining is not { IsFilling: false } remaining || message.Pending == 0) return;
        TransportSettings settings = (remaining.Full ?? transport).Settings;
        int room = _budget.RoomFor(message);
        bool isTime = room >= settings.RefillLimit
            || (room > 0 && _loop.NowMilliseconds - remaining.FilledAt >= settings.RefillDelay.TotalMilliseconds);
        if (isTime) RefillAsync(message, remaining, room, transport).Detach();
        else if (!remaining.IsWatched) Watch(message, remaining, transport, settings.RefillDelay);
    }

    /// <summary>Looks again when the time is over, whatever happens or does not happen until then.</summary>
    private void Watch(QueuedMessage message, RemainingRecipients remaining, Transport transport, TimeSpan delay)
    {
        remaining.IsWatched = true;
        _loop.After(delay, () =>
        {
            remaining.IsWatched = false;
            if (message.Remaining == remaining && _messages.TryGetValue(message.Id, out QueuedMessage? known) && known == message)
                Refill(message, transport);
        });
    }

    private async Task RefillAsync(QueuedMessage message, RemainingRecipients remaining, int room, Transport transport)
    {
        remaining.IsFilling = true;
        message.Pending++; // the round does not end meanwhile
        message.UnderWay++;
        // what is told already need not be kept
        await _reports.LogOutcomesAsync(message);
        (QueueFileStatus status, List<EnvelopeRecipient> part, bool isEnd) =
            await _files.ReadRecipientsAsync(message.Folder, message.Id, remaining.Behind, room);
        message.Pending--;
        message.UnderWay--;
        if (status == QueueFileStatus.Ok && _budget.RoomFor(message) > 0)
        {
            Take(message, part, isEnd);
            return;
        }
        // where it cannot be read the end of the round decides
        (remaining.IsFilling, remaining.FilledAt) = (false, _loop.NowMilliseconds);
        if (!remaining.IsWatched) Watch(message, remaining, transport, transport.Settings.RefillDelay);
        End(message, 0);
    }

    /// <summary>
    /// Goes on with the recipients that were not in memory when all that were have their outcomes; false when they cannot be read now.
    /// </summary>
    private async Task<bool> ReadOnAsync(QueuedMessage message)
    {
        _budget.Return(message);
        (QueueFileStatus status, List<EnvelopeRecipient> part, bool isEnd) =
            await _files.ReadRecipientsAsync(message.Folder, message.Id, message.Remaining!.Behind, _budget.RoomFor(message));
        if (status != QueueFileStatus.Ok)
        {
            message.Round.Incomplete = true;
            return false;
        }
        message.State = MessageState.Active;
        Take(message, part, isEnd);
        return true;
    }

    private void Take(QueuedMessage message, List<EnvelopeRecipient> part, bool isEnd)
    {
        long behind = message.Remaining!.Behind;
        if (part.Count == 0) message.Remaining = null; // whoever was behind is done
        else _budget.Take(message, part, isEnd);
        Deliver(message, new Part(part, behind));
    }
}

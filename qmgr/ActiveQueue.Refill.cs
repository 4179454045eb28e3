using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// Messages with more recipients than there is room for: more are read as soon as TRANSPORT_recipient_refill_limit of them have a place,
/// and fewer every TRANSPORT_recipient_refill_delay, so that a recipient who takes long does not hold up those behind.
/// </summary>
internal sealed partial class ActiveQueue
{
    /// <summary>A delivery's recipients have their outcomes: of a message with a rest they are out of memory.</summary>
    private static void Forget(Delivery delivery)
    {
        if (delivery.Message.Rest != null) delivery.Peer.Job.Release(delivery.Recipients.Count);
    }

    /// <summary>Reads more recipients if now is the time for that.</summary>
    private void Refill(QueuedMessage message, Transport transport)
    {
        if (_stopped || message.Rest is not { IsFilling: false } rest || message.Pending == 0) return;
        TransportSettings settings = (rest.Full ?? transport).Settings;
        int room = _budget.RoomFor(message);
        bool isTime = room >= settings.RefillLimit
            || (room > 0 && _loop.NowMilliseconds - rest.FilledAt >= settings.RefillDelay.TotalMilliseconds);
        if (isTime) RefillAsync(message, rest, room, transport).Detach();
        else if (!rest.IsWatched) Watch(message, rest, transport, settings.RefillDelay);
    }

    /// <summary>Looks again when the time is over, whatever happens or does not happen until then.</summary>
    private void Watch(QueuedMessage message, MessageRest rest, Transport transport, TimeSpan delay)
    {
        rest.IsWatched = true;
        _loop.After(delay, () =>
        {
            rest.IsWatched = false;
            if (message.Rest == rest && _messages.TryGetValue(message.Id, out QueuedMessage? known) && known == message)
                Refill(message, transport);
        });
    }

    private async Task RefillAsync(QueuedMessage message, MessageRest rest, int room, Transport transport)
    {
        rest.IsFilling = true;
        message.Pending++; // the round does not end meanwhile
        message.UnderWay++;
        // what is told already need not be kept
        await LogOutcomesAsync(message);
        (QueueFileStatus status, List<EnvelopeRecipient> part, bool isEnd) =
            await _files.ReadOnAsync(message.Folder, message.Id, rest.Behind, room);
        message.Pending--;
        message.UnderWay--;
        if (status == QueueFileStatus.Ok && _budget.RoomFor(message) > 0)
        {
            Take(message, part, isEnd);
            return;
        }
        // where it cannot be read the end of the round decides
        (rest.IsFilling, rest.FilledAt) = (false, _loop.NowMilliseconds);
        if (!rest.IsWatched) Watch(message, rest, transport, transport.Settings.RefillDelay);
        End(message, 0);
    }

    /// <summary>
    /// Goes on with the recipients that were not in memory when all that were have their outcomes; false when they cannot be read now.
    /// </summary>
    private async Task<bool> ContinueAsync(QueuedMessage message)
    {
        _budget.Return(message);
        (QueueFileStatus status, List<EnvelopeRecipient> part, bool isEnd) =
            await _files.ReadOnAsync(message.Folder, message.Id, message.Rest!.Behind, _budget.RoomFor(message));
        if (status != QueueFileStatus.Ok)
        {
            message.Round.Incomplete = true;
            return false;
        }
        message.IsConcluding = false;
        Take(message, part, isEnd);
        return true;
    }

    private void Take(QueuedMessage message, List<EnvelopeRecipient> part, bool isEnd)
    {
        long behind = message.Rest!.Behind;
        if (part.Count == 0) message.Rest = null; // whoever was behind is done
        else _budget.Take(message, part, isEnd);
        Deliver(message, new Part(part, behind));
    }
}

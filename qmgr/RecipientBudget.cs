using MtaSuite.Common.Mail;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// How many recipients are in memory (qmgr_message_recipient_limit), and of each transport (TRANSPORT_recipient_limit). While there is room
/// a message has all of its own; when there is none, a few (qmgr_message_recipient_minimum), and the others are read from its file while
/// those are delivered. Of a message that is in memory as a whole all recipients count to the end of the round, of one with more in its
/// file those without an outcome.
/// </summary>
internal sealed class RecipientBudget(QmgrSettings settings)
{
    /// <summary>Recipients in memory.</summary>
    public int InUse { get; private set; }

    /// <summary>How many more of a message's recipients may be in memory now; at least one when it has none there.</summary>
    public int RoomFor(QueuedMessage message)
    {
        int room = Math.Max(settings.RecipientMinimum - message.Held, settings.RecipientLimit - InUse);
        if (message.Remaining?.Full is not { } full) return room;
        int own = message.Jobs.Where(j => j.Transport == full).Sum(j => j.Recipients);
        return Math.Min(room, Math.Max(full.Settings.MemoryLimit - full.Recipients, full.Settings.RefillLimit - own));
    }

    /// <summary>Keeps of recipients that were read as many as there is room for. Those behind stay in the file.</summary>
    /// <param name="isEnd">The file has no more behind them.</param>
    public void Take(QueuedMessage message, List<EnvelopeRecipient> part, bool isEnd)
    {
        // a transport that had no room is looked at as long as there are more: what comes next may be for it
        Transport? full = message.Remaining?.Full;
        int allowed = RoomFor(message);
        if (part.Count > allowed || !isEnd)
        {
            // those that are done cost no place
            int end = 0, pending = 0;
            while (end < part.Count && pending < allowed)
                if (!part[end++].Done) pending++;
            if (end < part.Count || !isEnd) (message.Remaining ??= new RemainingRecipients()).Cut(part[end - 1].Offset, full);
            else message.Remaining = null;
            part.RemoveRange(end, part.Count - end);
            part.RemoveAll(r => r.Done);
            part.TrimExcess();
        }
        else message.Remaining = null;
        Count(message, part.Count);
    }

    /// <summary>
    /// Takes the recipients of a part from an index on out of memory: they stay in the file, because a transport has all that it may have.
    /// </summary>
    public void Shorten(QueuedMessage message, Part part, int from, Transport full)
    {
        (message.Remaining ??= new RemainingRecipients()).Cut(from == 0 ? part.Behind : part.Recipients[from - 1].Offset, full);
        int removed = part.Recipients.Count - from;
        part.Recipients.RemoveRange(from, removed);
        Count(message, -removed);
    }

    /// <summary>Of a message with more in its file so many recipients are in memory.</summary>
    public void Set(QueuedMessage message, int held) => Count(message, held - message.Held);

    /// <summary>A message's recipients are out of memory.</summary>
    public void Return(QueuedMessage message)
    {
        foreach (Job job in message.Jobs) job.Release(job.Recipients);
        Set(message, 0);
    }

    private void Count(QueuedMessage message, int more)
    {
        message.Held += more;
        InUse += more;
    }
}

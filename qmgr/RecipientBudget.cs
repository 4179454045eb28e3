using MtaSuite.Common.Mail;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// How many recipients are in memory (qmgr_message_recipient_limit), and of each transport (TRANSPORT_recipient_limit). While there is room a message has all of its own; when there is none, a few
/// (qmgr_message_recipient_minimum), and the rest is read from its file when those are done.
/// </summary>
internal sealed class RecipientBudget(QmgrSettings settings)
{
    /// <summary>Recipients in memory.</summary>
    public int InUse { get; private set; }

    /// <summary>Keeps of a message's recipients as many as there is room for. Those behind stay in its file.</summary>
    public void Take(QueuedMessage message)
    {
        List<EnvelopeRecipient> recipients = message.Envelope.Recipients;
        int allowed = Math.Max(settings.RecipientMinimum, settings.RecipientLimit - InUse);
        message.MoreBehind = -1;
        if (recipients.Count > allowed)
        {
            // those that are done cost no place
            int end = 0, pending = 0;
            while (end < recipients.Count && pending < allowed)
                if (!recipients[end++].Done) pending++;
            if (end < recipients.Count)
            {
                message.MoreBehind = recipients[end - 1].Offset;
                recipients.RemoveRange(end, recipients.Count - end);
            }
            recipients.RemoveAll(r => r.Done);
            recipients.TrimExcess();
        }
        message.Held = recipients.Count;
        InUse += message.Held;
    }

    /// <summary>Takes the recipients from an index on out of memory: they stay in the file.</summary>
    public void Shorten(QueuedMessage message, int from)
    {
        List<EnvelopeRecipient> recipients = message.Envelope.Recipients;
        int removed = recipients.Count - from;
        message.MoreBehind = recipients[from - 1].Offset;
        recipients.RemoveRange(from, removed);
        recipients.TrimExcess();
        message.Held -= removed;
        InUse -= removed;
    }

    /// <summary>A message's recipients are out of memory.</summary>
    public void Return(QueuedMessage message)
    {
        foreach (Job job in message.Jobs) job.Release();
        InUse -= message.Held;
        message.Held = 0;
    }
}

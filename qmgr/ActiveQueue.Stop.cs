using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Qmgr;

/// <summary>
/// The end of this process: deliveries that run are waited for and concluded, everything else is let go for the process that follows.
/// </summary>
internal sealed partial class ActiveQueue
{
    private bool _stopped;

    /// <summary>Starts no more deliveries. What has no work under way leaves at once, what has leaves with the end of that.</summary>
    public void Stop()
    {
        _stopped = true;
        _scheduler.Stop();
        foreach (QueuedMessage message in _messages.Values.ToArray()) LetGoIfIdle(message);
    }

    /// <summary>A round that is not over ends here when nothing goes on for it any more.</summary>
    private void LetGoIfIdle(QueuedMessage message)
    {
        if (message.UnderWay > 0 || message.IsConcluding) return;
        message.IsConcluding = true;
        LetGoAsync(message).Detach();
    }

    /// <summary>
    /// What became of recipients so far is logged and marked as at the end of a round: they are not tried again. Notices are sent when the
    /// others are through.
    /// </summary>
    private async Task LetGoAsync(QueuedMessage message)
    {
        // an address probe has one outcome for all, and no log
        if ((message.Envelope.Flags & MessageFlags.Probe) == 0) await LogOutcomesAsync(message);
        Release(message);
    }

    private void Release(QueuedMessage message)
    {
        message.Fate = Fate.Released;
        Leave(message);
    }
}

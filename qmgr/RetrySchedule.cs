using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Qmgr;

/// <summary>
/// When a deferred message is tried again, and when it is given up: minimal_backoff_time to maximal_backoff_time and
/// maximal_queue_lifetime, or a recipient's own curve (retry_maps).
/// </summary>
/// <param name="retries">Recipients with curves of their own; null: there are none.</param>
/// <param name="sites">The sites that one may ask for with ETRN.</param>
internal sealed class RetrySchedule(EventLoop loop, QmgrSettings settings, RetryMaps? retries, FlushSites sites)
{
    /// <summary>How long ago a message arrived.</summary>
    public TimeSpan AgeOf(QueuedMessage message) =>
        TimeSpan.FromMicroseconds(Math.Max(0, QueueId.Microseconds(loop.Time) - message.Envelope.ArrivalMicroseconds));

    /// <summary>When the message is tried next, microseconds since 1970.</summary>
    public long NextAttempt(QueuedMessage message)
    {
        TimeSpan wait = message.Round.Wait ?? settings.BackOff(AgeOf(message));
        return QueueId.Microseconds(loop.Time) + (long)wait.TotalMicroseconds;
    }

    /// <summary>
    /// Notes in the message's round that a recipient was deferred, and when it is to be tried again. True: its own curve says that it is
    /// to be given up now. (Without curves a message expires as a whole, and its defer log is what the notice tells.)
    /// </summary>
    /// <param name="wait">When to try again, where the scheduler knows better; null: it does not.</param>
    public async ValueTask<bool> NoteDeferralAsync(QueuedMessage message, string recipient, TimeSpan? wait)
    {
        RetryCurve? curve = retries == null ? null : await retries.CurveOfAsync(recipient);
        string site = await sites.SiteOfAsync(recipient);
        TimeSpan age = AgeOf(message);
        bool forced = (message.Envelope.Flags & MessageFlags.ForceExpire) != 0;
        TimeSpan lifetime = curve?.GiveUp ?? (message.Envelope.Sender.Length == 0 ? settings.BounceLifetime : settings.Lifetime);
        if (forced || age >= lifetime) return retries != null && !forced;
        message.Round.Unexpired = true;
        if (site.Length > 0) (message.Round.Sites ??= new HashSet<string>(StringComparer.Ordinal)).Add(site);
        TimeSpan own = wait ?? curve?.NextWait(age) ?? settings.BackOff(age);
        if (message.Round.Wait is not { } shortest || own < shortest) message.Round.Wait = own;
        return false;
    }
}

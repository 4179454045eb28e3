using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Qmgr;

/// <summary>What qmgr reads from the configuration, once.</summary>
internal sealed class QmgrSettings(MailConfig config)
{
    public readonly int ActiveLimit = config.Get(QmgrParams.QmgrMessageActiveLimit);
    public readonly TimeSpan MinimalBackOff = config.Get(QmgrParams.MinimalBackoffTime);
    public readonly TimeSpan MaximalBackOff = config.Get(QmgrParams.MaximalBackoffTime);
    public readonly TimeSpan QueueRunDelay = config.Get(QmgrParams.QueueRunDelay);
    public readonly TimeSpan Lifetime = config.Get(QmgrParams.MaximalQueueLifetime);
    public readonly TimeSpan BounceLifetime = config.Get(BounceParams.BounceQueueLifetime);
    public readonly TimeSpan DelayWarning = config.Get(BounceParams.DelayWarningTime);
    public readonly TimeSpan TransportRetry = config.Get(QmgrParams.TransportRetryTime);
    /// <summary>Recipients in memory, and how many of any message at least.</summary>
    public readonly int RecipientLimit = config.Get(QmgrParams.QmgrMessageRecipientLimit);
    public readonly int RecipientMinimum = config.Get(QmgrParams.QmgrMessageRecipientMinimum);
    public readonly bool ConfirmDelayCleared = config.Get(BounceParams.ConfirmDelayCleared);
    public readonly bool FeedbackDebug = config.Get(QmgrParams.DestinationConcurrencyFeedbackDebug);
    public readonly TimeSpan ClogWarnTime = config.Get(QmgrParams.QmgrClogWarnTime);
    /// <summary>How long another daemon may take to answer, and an agent over a delivery.</summary>
    public readonly TimeSpan IpcTimeout = config.Get(QmgrParams.QmgrIpcTimeout), DeliveryTimeout = config.Get(MasterParams.DaemonTimeout);
    /// <summary>Finished messages are kept in "saved".</summary>
    public readonly bool DontRemove = config.Get(CommonParams.DontRemove) != 0;
    public readonly bool SoftBounce = config.Get(BounceParams.SoftBounce);
    public readonly HashSet<string> DeferTransports =
        new(MailConfig.SplitList(config.Get(QmgrParams.DeferTransports)), StringComparer.Ordinal);

    /// <summary>When a message that has just failed is tried again: as long as it is old already, within the two limits.</summary>
    public TimeSpan BackOff(TimeSpan age) => age < MinimalBackOff ? MinimalBackOff : age > MaximalBackOff ? MaximalBackOff : age;
}

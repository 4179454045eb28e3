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
    public readonly bool SoftBounce = config.Get(BounceParams.SoftBounce);
    public readonly HashSet<string> DeferTransports = new(MailConfig.SplitList(config.Get(QmgrParams.DeferTransports)), StringComparer.Ordinal);

    /// <summary>When a message that has just failed is tried again: as long as it is old already, within the two limits.</summary>
    public TimeSpan BackOff(TimeSpan age) => age < MinimalBackOff ? MinimalBackOff : age > MaximalBackOff ? MaximalBackOff : age;
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>What main.cf says of one transport, read once: TRANSPORT_parameter, or default_parameter where there is none.</summary>
internal sealed class TransportSettings
{
    public TransportSettings(MailConfig config, string name)
    {
        RecipientLimit = config.Get(QmgrParams.DestinationRecipientLimit, name);
        MemoryLimit = config.Get(QmgrParams.RecipientLimit, name);
        RefillLimit = config.Get(QmgrParams.RecipientRefillLimit, name);
        RefillDelay = config.Get(QmgrParams.RecipientRefillDelay, name);
        DestinationDelay = config.Get(QmgrParams.DestinationRateDelay, name);
        TransportDelay = config.Get(QmgrParams.TransportRateDelay, name);
        // with a pause between deliveries there is one at a time
        ConcurrencyLimit = DestinationDelay > TimeSpan.Zero ? 1 : config.Get(QmgrParams.DestinationConcurrencyLimit, name);
        int initial = config.Get(QmgrParams.TransportInitialDestinationConcurrency, name);
        InitialConcurrency = Math.Max(1, ConcurrencyLimit > 0 ? Math.Min(initial, ConcurrencyLimit) : initial);
        Positive = ReadFeedback(config, QmgrParams.DestinationConcurrencyPositiveFeedback, name);
        Negative = ReadFeedback(config, QmgrParams.DestinationConcurrencyNegativeFeedback, name);
        FailedCohortLimit = config.Get(QmgrParams.DestinationConcurrencyFailedCohortLimit, name);
        SlotCost = config.Get(QmgrParams.DeliverySlotCost, name);
        SlotLoan = config.Get(QmgrParams.DeliverySlotLoan, name);
        SlotDiscount = config.Get(QmgrParams.DeliverySlotDiscount, name);
        MinimumSlots = config.Get(QmgrParams.MinimumDeliverySlots, name);
        DestinationRate = ReadRate(config, QmgrParams.DestinationRate, name);
        SenderRate = ReadRate(config, QmgrParams.SenderRate, name);
    }

    /// <summary>Recipients in one delivery; 0: no limit; 1: every recipient is a destination of its own.</summary>
    public int RecipientLimit { get; }
    /// <summary>Recipients in memory, and how many of any message at least.</summary>
    public int MemoryLimit { get; }
    public int RefillLimit { get; }
    /// <summary>The time after which fewer than <see cref="RefillLimit"/> more recipients are read.</summary>
    public TimeSpan RefillDelay { get; }
    /// <summary>Deliveries at once to one destination, at most; 0: no limit.</summary>
    public int ConcurrencyLimit { get; }
    public int InitialConcurrency { get; }
    public Feedback Positive { get; }
    public Feedback Negative { get; }
    /// <summary>0: a destination never counts as dead.</summary>
    public int FailedCohortLimit { get; }
    public TimeSpan DestinationDelay { get; }
    public TimeSpan TransportDelay { get; }
    /// <summary>0: nothing is overtaken.</summary>
    public int SlotCost { get; }
    public int SlotLoan { get; }
    public int SlotDiscount { get; }
    public int MinimumSlots { get; }
    public RateLimit? DestinationRate { get; }
    public RateLimit? SenderRate { get; }

    // bad values are refused when the configuration is loaded
    private static Feedback ReadFeedback(MailConfig config, TextFamily family, string name)
    {
        _ = Feedback.TryParse(config.Get(family, name), out Feedback feedback);
        return feedback;
    }

    private static RateLimit? ReadRate(MailConfig config, TextFamily family, string name)
    {
        _ = RateLimit.TryParse(config.Get(family, name), out RateLimit? limit);
        return limit;
    }
}

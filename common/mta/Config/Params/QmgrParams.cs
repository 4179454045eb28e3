namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the queue manager.</summary>
public static class QmgrParams
{
    private static readonly (Func<string, bool>, string) Rate =
        (text => RateLimit.TryParse(text, out _), "a number, a slash and a time, as 100/1h");
    private static readonly (Func<string, bool>, string) FeedbackValue =
        (text => Feedback.TryParse(text, out _), "a number from 0 to 1, or one divided by a number, by concurrency or by sqrt_concurrency");

    public static readonly IntParam DefaultDeliverySlotCost = new("default_delivery_slot_cost", "5",
        doc: "Deliveries after which a message may be overtaken once by a smaller one.");
    public static readonly IntParam DefaultDeliverySlotDiscount = new("default_delivery_slot_discount", "50", max: 100,
        doc: "Percentage of the slots that need not be earned before a message is overtaken.");
    public static readonly IntParam DefaultDeliverySlotLoan = new("default_delivery_slot_loan", "3",
        doc: "Slots a small message may borrow to overtake earlier.");
    public static readonly TextParam DefaultDeliveryStatusFilter = new("default_delivery_status_filter", "",
        doc: "Table that changes the status of deliveries.");
    public static readonly IntParam DefaultDestinationConcurrencyFailedCohortLimit =
        new("default_destination_concurrency_failed_cohort_limit",
        "1",
        doc: "Rounds of failed connections after which a destination counts as dead.");
    public static readonly IntParam DefaultDestinationConcurrencyLimit = new("default_destination_concurrency_limit", "20",
        doc: "Parallel deliveries to one destination.");
    public static readonly TextParam DefaultDestinationConcurrencyNegativeFeedback =
        new("default_destination_concurrency_negative_feedback",
        "1", required: true,
        doc: "What a failed connection takes from the concurrency of its destination.")
        { Grammar = FeedbackValue };
    public static readonly TextParam DefaultDestinationConcurrencyPositiveFeedback =
        new("default_destination_concurrency_positive_feedback",
        "1", required: true,
        doc: "What a good delivery adds to the concurrency of its destination.")
        { Grammar = FeedbackValue };
    public static readonly TimeParam DefaultDestinationRateDelay = new("default_destination_rate_delay", "0s",
        doc: "Pause between two deliveries to the same destination.");
    public static readonly IntParam DefaultDestinationRecipientLimit = new("default_destination_recipient_limit", "50",
        doc: "Recipients in one delivery.");
    public static readonly IntParam DefaultExtraRecipientLimit = new("default_extra_recipient_limit", "1000", effective: false,
        doc: "Recipients held in memory beyond the limit for messages that overtake others.");
    public static readonly TextParam DefaultFilterNexthop = new("default_filter_nexthop", "",
        doc: "Destination of a content filter that names none.");
    public static readonly IntParam DefaultMinimumDeliverySlots = new("default_minimum_delivery_slots", "3",
        doc: "Slots a message must be able to earn before it can be overtaken at all.");
    public static readonly IntParam DefaultRecipientLimit = new("default_recipient_limit", "20000",
        doc: "Recipients of one transport held in memory.");
    public static readonly TimeParam DefaultRecipientRefillDelay = new("default_recipient_refill_delay", "5s", min: "1s",
        doc: "Longest wait before more recipients of a large message are read.");
    public static readonly IntParam DefaultRecipientRefillLimit = new("default_recipient_refill_limit", "100", min: 1,
        doc: "Recipients read from a large message at a time.");
    public static readonly TextParam DefaultDestinationRate = new("default_destination_rate", "",
        doc: "Most deliveries to one destination in a time, as 100/1h; ours.")
    { Grammar = Rate };
    public static readonly TextParam DefaultSenderRate = new("default_sender_rate", "",
        doc: "Most deliveries for one login, or sender without one, in a time, as 100/1h; ours.")
    { Grammar = Rate };
    public static readonly TimeParam DefaultTransportRateDelay = new("default_transport_rate_delay", "0s",
        doc: "Pause between two deliveries through the same transport.");
    public static readonly TextParam DeferTransports = new("defer_transports", "",
        doc: "Transports whose mail waits until the queue is flushed.");
    public static readonly IntParam DelayLoggingResolutionLimit = new("delay_logging_resolution_limit", "2", max: 6,
        doc: "Digits after the point in logged delays.");
    public static readonly BoolParam DestinationConcurrencyFeedbackDebug = new("destination_concurrency_feedback_debug",
        "no",
        doc: "Log how the concurrency of destinations changes.");
    public static readonly TextParam FlushServiceName = new("flush_service_name", "flush", required: true, effective: false,
        doc: "Service that keeps lists of waiting mail for ETRN.");
    public static readonly IntParam HashQueueDepth = new("hash_queue_depth", "1", min: 1, effective: false,
        doc: "Levels of directories in the queues of hash_queue_names.");
    public static readonly TextParam HashQueueNames = new("hash_queue_names", "deferred, defer", required: true, effective: false,
        doc: "Queues that are spread over directories.");
    public static readonly IntParam InitialDestinationConcurrency = new("initial_destination_concurrency", "5", min: 1,
        doc: "Initial number of parallel deliveries to a destination.");
    public static readonly TimeParam MaximalBackoffTime = new("maximal_backoff_time", "4000s", min: "1s",
        doc: "Longest time between two tries to deliver a message.");
    public static readonly TimeParam MaximalQueueLifetime = new("maximal_queue_lifetime", "5d", max: "8640000s",
        doc: "How long a message is tried before it is returned.");
    public static readonly TimeParam MinimalBackoffTime = new("minimal_backoff_time", "300s", min: "1s",
        doc: "Shortest time between two tries to deliver a message.");
    public static readonly TimeParam QmgrClogWarnTime = new("qmgr_clog_warn_time", "300s",
        doc: "Least time between warnings that a destination clogs the queue.");
    public static readonly TimeParam QmgrDaemonTimeout = new("qmgr_daemon_timeout", "1000s", min: "1s",
        doc: "As daemon_timeout, for the queue manager.");
    public static readonly IntParam QmgrFudgeFactor = new("qmgr_fudge_factor", "100", min: 10, max: 100, effective: false,
        doc: "Percentage of one message's recipients that may go out at once; kept for old files.");
    public static readonly TimeParam QmgrIpcTimeout = new("qmgr_ipc_timeout", "60s", min: "1s",
        doc: "Longest wait of the queue manager for another daemon.");
    public static readonly IntParam QmgrMessageActiveLimit = new("qmgr_message_active_limit", "20000", min: 1,
        doc: "Messages in the active queue.");
    public static readonly IntParam QmgrMessageRecipientLimit = new("qmgr_message_recipient_limit", "20000", min: 1,
        doc: "Recipients held in memory.");
    public static readonly IntParam QmgrMessageRecipientMinimum = new("qmgr_message_recipient_minimum", "10", min: 1,
        doc: "Recipients of any message held in memory.");
    public static readonly TimeParam QueueRunDelay = new("queue_run_delay", "300s", min: "1s",
        doc: "Time between scans of the deferred queue.");
    public static readonly TextParam QueueServiceName = new("queue_service_name", "qmgr", required: true,
        doc: "Service that is the queue manager.");
    public static readonly TextParam RetryMaps = new("retry_maps", "",
        doc: "Tables with retry times for recipients and domains, as 5m 15m 1h*3 4h, give up 5d; ours.");
    public static readonly TimeParam TransportRetryTime = new("transport_retry_time", "60s", min: "1s",
        doc: "Time after which a delivery agent that failed is tried again.");

    public static IReadOnlyList<Param> All { get; } =
    [
        DefaultDeliverySlotCost, DefaultDeliverySlotDiscount, DefaultDeliverySlotLoan, DefaultDeliveryStatusFilter,
        DefaultDestinationConcurrencyFailedCohortLimit, DefaultDestinationConcurrencyLimit, DefaultDestinationConcurrencyNegativeFeedback,
        DefaultDestinationConcurrencyPositiveFeedback, DefaultDestinationRate, DefaultDestinationRateDelay,
            DefaultDestinationRecipientLimit,
        DefaultExtraRecipientLimit, DefaultFilterNexthop, DefaultMinimumDeliverySlots, DefaultRecipientLimit, DefaultRecipientRefillDelay,
        DefaultRecipientRefillLimit, DefaultSenderRate, DefaultTransportRateDelay, DeferTransports, DelayLoggingResolutionLimit,
        DestinationConcurrencyFeedbackDebug, FlushServiceName, HashQueueDepth, HashQueueNames, InitialDestinationConcurrency,
        MaximalBackoffTime, MaximalQueueLifetime, MinimalBackoffTime, QmgrClogWarnTime, QmgrDaemonTimeout, QmgrFudgeFactor, QmgrIpcTimeout,
        QmgrMessageActiveLimit, QmgrMessageRecipientLimit, QmgrMessageRecipientMinimum, QueueRunDelay, QueueServiceName, RetryMaps,
            TransportRetryTime,
    ];

    public static readonly IntFamily DestinationConcurrencyLimit =
        new("{transport}_destination_concurrency_limit", DefaultDestinationConcurrencyLimit,
        doc: "Parallel deliveries to one destination through this transport; 0 is no limit.");
    public static readonly IntFamily DestinationRecipientLimit =
        new("{transport}_destination_recipient_limit", DefaultDestinationRecipientLimit,
        doc: "Recipients in one delivery through this transport; at 1 a destination is a recipient.");
    public static readonly IntFamily TransportInitialDestinationConcurrency =
        new("{transport}_initial_destination_concurrency", InitialDestinationConcurrency,
        doc: "Initial number of parallel deliveries to a destination through this transport.");
    public static readonly TextFamily DestinationConcurrencyPositiveFeedback = new("{transport}_destination_concurrency_positive_feedback",
        DefaultDestinationConcurrencyPositiveFeedback, doc: "What a good delivery adds to the concurrency of its destination.");
    public static readonly TextFamily DestinationConcurrencyNegativeFeedback = new("{transport}_destination_concurrency_negative_feedback",
        DefaultDestinationConcurrencyNegativeFeedback, doc: "What a failed connection takes from the concurrency of its destination.");
    public static readonly IntFamily DestinationConcurrencyFailedCohortLimit =
        new("{transport}_destination_concurrency_failed_cohort_limit",
        DefaultDestinationConcurrencyFailedCohortLimit, doc: "Rounds of failed connections after which a destination counts as dead.");
    public static readonly TimeFamily DestinationRateDelay = new("{transport}_destination_rate_delay", DefaultDestinationRateDelay,
        doc: "Pause between two deliveries to the same destination through this transport.");
    public static readonly TextFamily DestinationRate = new("{transport}_destination_rate", DefaultDestinationRate,
        doc: "Most deliveries to one destination of this transport in a time, as 100/1h; ours.");
    public static readonly TextFamily SenderRate = new("{transport}_sender_rate", DefaultSenderRate,
        doc: "Most deliveries through this transport for one login, or sender without one, in a time, as 100/1h; ours.");
    public static readonly TimeFamily TransportRateDelay = new("{transport}_transport_rate_delay", DefaultTransportRateDelay,
        doc: "Pause between two deliveries through this transport, whatever the destination.");
    public static readonly IntFamily DeliverySlotCost = new("{transport}_delivery_slot_cost", DefaultDeliverySlotCost,
        doc: "Deliveries after which a message may be overtaken once by a smaller one.");
    public static readonly IntFamily DeliverySlotLoan = new("{transport}_delivery_slot_loan", DefaultDeliverySlotLoan,
        doc: "Slots a small message may borrow to overtake earlier.");
    public static readonly IntFamily DeliverySlotDiscount = new("{transport}_delivery_slot_discount", DefaultDeliverySlotDiscount,
        doc: "Percentage of the slots that need not be earned before a message is overtaken.");
    public static readonly IntFamily MinimumDeliverySlots = new("{transport}_minimum_delivery_slots", DefaultMinimumDeliverySlots,
        doc: "Slots a message must be able to earn before it can be overtaken at all.");
    public static readonly IntFamily RecipientLimit = new("{transport}_recipient_limit", DefaultRecipientLimit,
        doc: "Recipients of this transport held in memory.");
    public static readonly IntFamily ExtraRecipientLimit =
        new("{transport}_extra_recipient_limit", DefaultExtraRecipientLimit, effective: false,
        doc: "Recipients held in memory beyond the limit for messages that overtake others.");
    public static readonly IntFamily RecipientRefillLimit = new("{transport}_recipient_refill_limit", DefaultRecipientRefillLimit,
        doc: "Recipients read from a large message at a time.");
    public static readonly TimeFamily RecipientRefillDelay = new("{transport}_recipient_refill_delay", DefaultRecipientRefillDelay,
        doc: "Longest wait before more recipients of a large message are read.");

    public static IReadOnlyList<ParamFamily> Families { get; } =
    [
        TransportInitialDestinationConcurrency, DestinationConcurrencyLimit, DestinationRecipientLimit,
            DestinationConcurrencyPositiveFeedback,
        DestinationConcurrencyNegativeFeedback, DestinationConcurrencyFailedCohortLimit, DestinationRate, DestinationRateDelay,
        SenderRate, TransportRateDelay, DeliverySlotCost, DeliverySlotLoan, DeliverySlotDiscount, MinimumDeliverySlots, RecipientLimit,
            ExtraRecipientLimit,
        RecipientRefillLimit, RecipientRefillDelay,
    ];
}

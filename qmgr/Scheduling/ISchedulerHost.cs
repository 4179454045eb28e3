using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>What the scheduler needs of the world: a clock, and agents that deliver.</summary>
internal interface ISchedulerHost
{
    /// <summary>A clock that only goes forward, milliseconds.</summary>
    long NowMilliseconds { get; }

    /// <summary>Runs an action once, no earlier than after a time.</summary>
    void After(TimeSpan delay, Action action);

    /// <summary>
    /// Gives a delivery to a transport's agent, which ends in one call of the sink; false, with the reason, when it cannot be reached.
    /// </summary>
    bool TryDeliver(Delivery delivery, IDeliverySink sink, out string error);
}

/// <summary>How a delivery ended.</summary>
internal interface IDeliverySink
{
    /// <summary>The agent answered, with as many outcomes as the delivery has recipients.</summary>
    void Answered(Delivery delivery, DeliverReply reply);

    /// <summary>The agent died or answered nonsense.</summary>
    /// <param name="again">Soon, unless that was often enough; else it is deferred.</param>
    void Lost(Delivery delivery, string reason, bool again = true);
}

using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>Who gets the outcomes.</summary>
internal interface IScheduled
{
    /// <summary>An agent's outcomes, in the order of the delivery's recipients.</summary>
    void Delivered(Delivery delivery, DeliverReply reply);

    /// <summary>No agent was asked: one outcome for all recipients.</summary>
    /// <param name="waitMilliseconds">When to come again, if the scheduler knows better than the message's age tells; 0: it does
    /// not.</param>
    void Failed(Delivery delivery, Outcome outcome, long waitMilliseconds);

    /// <summary>The agent died, and this process leaves: the recipients get no outcome here.</summary>
    void Abandoned(Delivery delivery);

    /// <summary>A destination with parked messages may have room for some.</summary>
    void MakeRoom(Destination destination);
}

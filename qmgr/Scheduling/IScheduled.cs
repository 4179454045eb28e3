using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>Who gets the outcomes.</summary>
internal interface IScheduled
{
    /// <summary>An agent's outcomes, in the order of the delivery's recipients.</summary>
    void Delivered(Delivery delivery, DeliverReply reply);

    /// <summary>No agent was asked: one outcome for all recipients.</summary>
    /// <param name="wait">When to try again, if the scheduler knows better than the message's age tells; null: it does not.</param>
    void Failed(Delivery delivery, Outcome outcome, TimeSpan? wait);

    /// <summary>The agent died, and this process ends: the recipients get no outcome here.</summary>
    void Abandoned(Delivery delivery);

    /// <summary>A destination with parked messages may have room for some.</summary>
    void MakeRoom(Destination destination);
}

using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Spool;

/// <summary>One queued message, as a listing shows it.</summary>
public sealed class QueueEntry
{
    /// <summary>"active" while qmgr delivers it, else the folder its file is in.</summary>
    public string QueueName = "";
    public string QueueId = "";
    public long ArrivalMicroseconds;
    /// <summary>Bytes of content.</summary>
    public long Size;
    /// <summary>Empty for a notice.</summary>
    public string Sender = "";
    public MessageFlags Flags;
    /// <summary>The next attempt, microseconds since 1970; 0: not known, or not waiting.</summary>
    public long NextMicroseconds;
    /// <summary>Why the message as a whole waits; empty when nothing is to be said.</summary>
    public string Reason = "";
    /// <summary>Those that are not done.</summary>
    public List<QueueEntryRecipient> Recipients = [];
}

/// <summary>A recipient that is still to be delivered to.</summary>
public sealed class QueueEntryRecipient
{
    public string Address = "";
    /// <summary>Why the last attempt failed; empty when none did.</summary>
    public string Reason = "";
}

/// <summary>What qmgr says of a message, for a listing.</summary>
public readonly record struct QueueEntryState(bool Active, string Reason);

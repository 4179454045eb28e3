using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Qmgr;

/// <summary>A message that is being delivered: its envelope and what became of its recipients in this round.</summary>
internal sealed class QueuedMessage(Envelope envelope, string folder, long contentOffset, long contentLength)
{
    public Envelope Envelope { get; } = envelope;
    public string Id => Envelope.QueueId;
    public string Folder { get; set; } = folder;
    public long ContentOffset { get; } = contentOffset;
    public long ContentLength { get; } = contentLength;
    /// <summary>It was read from its file: an earlier round, perhaps of a process that died, may have left logs whose notices are due.</summary>
    public bool MayHaveLogs { get; init; }
    /// <summary>When this round began, microseconds since 1970.</summary>
    public long ActiveMicroseconds { get; set; }
    /// <summary>Recipients without an outcome.</summary>
    public int Pending { get; set; }
    public List<BounceRecipient> Failed { get; } = [];
    public List<BounceRecipient> Deferred { get; } = [];
    public List<BounceRecipient> Reported { get; } = [];

    /// <summary>The facts that a delivery agent and the log need, without recipients.</summary>
    public DeliverRequest MakeRequest(string transport, string nexthop)
    {
        DeliverRequest request = new()
        {
            QueueName = Folder,
            Transport = transport,
            Nexthop = nexthop,
            ContentOffset = ContentOffset,
            ContentLength = ContentLength,
            ActiveMicroseconds = ActiveMicroseconds,
        };
        request.CopyFacts(Envelope);
        return request;
    }
}

/// <summary>Some recipients of one message for one destination: what one request to an agent carries.</summary>
internal sealed class Job(QueuedMessage message, Destination destination)
{
    public QueuedMessage Message { get; } = message;
    public Destination Destination { get; set; } = destination;
    public List<DeliverRecipient> Recipients { get; } = [];
    /// <summary>How often the agent died under it.</summary>
    public int Losses { get; set; }
}

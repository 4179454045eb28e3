using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Qmgr.Scheduling;

/// <summary>What one request to a delivery agent carries: some recipients of one message for one destination.</summary>
internal sealed class Delivery(Peer peer)
{
    public Peer Peer { get; set; } = peer;
    public Destination Destination => Peer.Destination;
    public QueuedMessage Message => Peer.Job.Message;
    public List<DeliverRecipient> Recipients { get; } = [];
    /// <summary>How often the agent died under it.</summary>
    public int Losses { get; set; }
    /// <summary>The one behind it in its peer.</summary>
    public Delivery? Next { get; set; }
}

/// <summary>The deliveries of one job to one destination, in order. It stands in the destination's lists while some wait.</summary>
internal sealed class Peer(Job job, Destination destination)
{
    private static long s_last;
    private Delivery? _first, _last;

    public Job Job { get; } = job;
    public Destination Destination { get; } = destination;
    /// <summary>Its place among equals.</summary>
    public long Number { get; } = ++s_last;
    public bool IsEmpty => _first == null;

    public void Add(Delivery delivery)
    {
        delivery.Peer = this;
        delivery.Next = null;
        if (_last == null) _first = delivery;
        else _last.Next = delivery;
        _last = delivery;
    }

    /// <summary>Adds a recipient, to the last delivery as long as that has room.</summary>
    /// <returns>Whether that made another delivery.</returns>
    public bool Add(DeliverRecipient recipient, int limit)
    {
        bool isNew = _last == null || (limit > 0 && _last.Recipients.Count >= limit);
        if (isNew) Add(new Delivery(this));
        _last!.Recipients.Add(recipient);
        return isNew;
    }

    public Delivery Take()
    {
        Delivery delivery = _first!;
        _first = delivery.Next;
        if (_first == null) _last = null;
        delivery.Next = null;
        return delivery;
    }
}

/// <summary>The part of a message that goes through one transport, as far as it was read from the file at one time.</summary>
internal sealed class Job(QueuedMessage message, Transport transport)
{
    public QueuedMessage Message { get; } = message;
    public Transport Transport { get; } = transport;
    public List<Peer> Peers { get; } = [];
    /// <summary>Its place in the transport's order, lowest first; <see cref="Rank"/> decides between equals.</summary>
    public long Order { get; set; }
    public long Rank { get; set; }
    /// <summary>Deliveries in all: how large it is.</summary>
    public int Total { get; set; }
    /// <summary>Deliveries begun.</summary>
    public int Selected { get; set; }
    /// <summary>Slots that others took from it, see <see cref="Preemption"/>.</summary>
    public int SlotsUsed { get; set; }
    /// <summary>It has overtaken another; it does so once.</summary>
    public bool IsPromoted { get; set; }

    /// <summary>Recipients in memory, see <see cref="RecipientBudget"/>.</summary>
    public int Recipients { get; private set; }
    /// <summary>Those of the message's other jobs through the transport when this one was made.</summary>
    public int Siblings { get; init; }

    /// <summary>
    /// Takes a place for a recipient; false when the transport has all that it may have in memory, and the message its least.
    /// </summary>
    public bool TryReserve()
    {
        if (Transport.Recipients >= Transport.Settings.MemoryLimit && Siblings + Recipients >= Transport.Settings.RefillLimit) return false;
        Recipients++;
        Transport.Recipients++;
        return true;
    }

    /// <summary>Gives places back.</summary>
    public void Release(int count)
    {
        Transport.Recipients -= count;
        Recipients -= count;
    }

    /// <summary>Adds a recipient for a destination.</summary>
    public void Add(Destination destination, DeliverRecipient recipient)
    {
        // the destination remembers who came last, so that a list of fifty thousand recipients needs no search
        if (destination.LastPeer is not { } peer || peer.Job != this)
        {
            Peers.Add(peer = new Peer(this, destination));
            destination.LastPeer = peer;
        }
        // a sender that names the recipient fits one recipient only
        int limit = Message.Envelope.VerpDelimiters.Length > 0 ? 1 : Transport.Settings.RecipientLimit;
        if (peer.Add(recipient, limit)) Total++;
    }
}

using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Net;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>
/// The process that takes this one's place (reload), as this one sees it: it is told what is in delivery here, of each end, and of what was
/// asked for and not tried. Where that process is replaced in its turn or dies, the next one is told all of it again.
/// </summary>
internal sealed class Successor
{
    private readonly ActiveQueue _active;
    private readonly LinkClient _link;
    private readonly List<string> _requestedIds = [];
    private readonly HashSet<string> _requestedSites = new(StringComparer.Ordinal);
    private bool _requestsAll;

    /// <param name="path">qmgr's socket, on which the other process listens.</param>
    public Successor(EventLoop loop, string path, ActiveQueue active)
    {
        _active = active;
        _link = new LinkClient(loop, path) { Connected = NotifyAll };
    }

    /// <summary>Connects, again whenever the link breaks.</summary>
    public void Start() => _link.KeepConnected();

    /// <summary>Passes on what somebody wants to be tried now.</summary>
    public void AddRequests(IReadOnlyCollection<string> ids, bool all, IReadOnlyCollection<string> sites)
    {
        _requestedIds.AddRange(ids);
        _requestsAll |= all;
        _requestedSites.UnionWith(sites);
        foreach (string[] part in ids.Chunk(HandoverNotice.Max)) Notify(new HandoverNotice { WantedIds = [.. part] });
        if (all || sites.Count > 0) Notify(new HandoverNotice { WantsAll = all, WantedSites = [.. sites.Take(HandoverNotice.Max)] });
    }

    public void DeliveryEnded(Delivery delivery) => Notify(new DeliveryOverNotice { Delivery = Describe(delivery) });

    public void Left(QueuedMessage message) => Notify(new ReleasedNotice
    {
        QueueId = message.Id,
        QueueName = message.Folder,
        IsGone = message.State == MessageState.Gone,
        NextMicroseconds = message.NextMicroseconds,
    });

    public void Close() => _link.Close();

    /// <summary>Without a link nothing is lost: what is told on the next one is how things stand then.</summary>
    private void Notify<T>(T notice) where T : IMessage<T>
    {
        if (_link.IsConnected) _link.TryNotify(notice);
    }

    private void NotifyAll()
    {
        foreach (HandoverDelivery[] part in Deliveries().Chunk(HandoverNotice.Max)) Notify(new HandoverNotice { Deliveries = [.. part] });
        Notify(new HandoverNotice
        {
            IsComplete = true,
            WantsAll = _requestsAll,
            WantedSites = [.. _requestedSites.Take(HandoverNotice.Max)],
        });
        foreach (string[] part in _requestedIds.Chunk(HandoverNotice.Max)) Notify(new HandoverNotice { WantedIds = [.. part] });
    }

    /// <summary>Every message once for itself, because those whose outcomes are being logged have no delivery any more.</summary>
    private IEnumerable<HandoverDelivery> Deliveries() =>
        _active.Messages.Select(m => new HandoverDelivery { QueueId = m.Id, QueueName = m.Folder })
        .Concat(_active.Scheduler.Running.Select(Describe));

    private static HandoverDelivery Describe(Delivery delivery) => new()
    {
        QueueId = delivery.Message.Id,
        QueueName = delivery.Message.Folder,
        Transport = delivery.Destination.Transport.Name,
        Nexthop = delivery.Destination.Nexthop,
        Recipient = delivery.Recipients[0].Address,
    };
}

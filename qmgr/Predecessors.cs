using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Qmgr;

/// <summary>What a process that was replaced still has in hand, as <see cref="Predecessors"/> passes it on.</summary>
internal interface IHandoverReceiver
{
    /// <summary>Leaves a message to another process; false when it is in hand here already.</summary>
    bool TryYield(string id);

    /// <summary>
    /// A message is this process's again. The notice is null when the other process ended or its link broke, so that nobody knows what
    /// became of it.
    /// </summary>
    /// <param name="folder">Where its file was.</param>
    void TakeBack(string id, string folder, ReleasedNotice? notice);

    /// <summary>Every other process has said what it has in hand, or there was no more waiting for it.</summary>
    void AllKnown();
}

/// <summary>
/// The processes that this one replaces (reload) and what they still have in delivery: those messages wait until they are released, and the
/// deliveries count against the limits of destinations and transports. Several may live at once; each is known by its link.
/// </summary>
internal sealed class Predecessors
{
    /// <summary>
    /// A process that is well says what it has in hand before this one has started. One that is stopped or hangs is not waited for any
    /// longer: the locks on the recipients' records see to it that nobody gets a message twice.
    /// </summary>
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(5);
    private readonly IHandoverReceiver _receiver;
    private readonly Scheduler _scheduler;
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly HashSet<int> _complete = [];
    private int _expected;

    /// <param name="count">How many there are.</param>
    public Predecessors(EventLoop loop, int count, Scheduler scheduler, IHandoverReceiver receiver)
    {
        (_scheduler, _receiver, _expected) = (scheduler, receiver, count);
        if (count == 0) return;
        scheduler.HoldsBackLimited = true;
        loop.After(s_answerTimeout, GiveUp);
    }

    /// <summary>Not all of them have said what they have in hand.</summary>
    public bool IsAwaited => _complete.Count < _expected;

    public int Count => _held.Count;

    /// <summary>Messages that are in delivery elsewhere, with the folders of their files.</summary>
    public IEnumerable<(string Id, string Folder)> Messages => _held.Select(h => (h.Key, h.Value.Folder));

    public bool Has(string id) => _held.ContainsKey(id);

    /// <summary>A part of a list.</summary>
    public void Take(Link link, HandoverNotice notice)
    {
        foreach (HandoverDelivery delivery in notice.Deliveries) Take(link, delivery);
        if (notice.IsComplete) NoteComplete(link);
    }

    private void Take(Link link, HandoverDelivery delivery)
    {
        if (!_held.TryGetValue(delivery.QueueId, out Held? held))
        {
            if (!_receiver.TryYield(delivery.QueueId)) return;
            _held[delivery.QueueId] = held = new Held(delivery.QueueName);
        }
        held.Links.Add(link);
        if (delivery.Transport.Length > 0)
            held.Deliveries.Add((link, delivery, _scheduler.Occupy(delivery.Transport, delivery.Nexthop, delivery.Recipient)));
    }

    public void Take(Link link, DeliveryOverNotice notice)
    {
        HandoverDelivery over = notice.Delivery;
        if (!_held.TryGetValue(over.QueueId, out Held? held)) return;
        int i = held.Deliveries.FindIndex(d => d.Link == link && d.What.IsSameAs(over));
        if (i < 0) return;
        Destination destination = held.Deliveries[i].At;
        held.Deliveries.RemoveAt(i);
        _scheduler.Vacate(destination);
    }

    public void Take(Link link, ReleasedNotice notice) => Release(link, notice.QueueId, notice);

    /// <summary>A link is gone, and with it all that was named on it.</summary>
    public void Lost(Link link)
    {
        foreach (string id in _held.Where(h => h.Value.Links.Contains(link)).Select(h => h.Key).ToArray()) Release(link, id, null);
        NoteComplete(link);
    }

    private void Release(Link link, string id, ReleasedNotice? notice)
    {
        if (!_held.TryGetValue(id, out Held? held) || !held.Links.Remove(link)) return;
        foreach ((Link by, _, Destination at) in held.Deliveries.ToArray())
            if (by == link) _scheduler.Vacate(at);
        held.Deliveries.RemoveAll(d => d.Link == link);
        if (held.Links.Count > 0) return;
        _held.Remove(id);
        _receiver.TakeBack(id, held.Folder, notice);
    }

    private void NoteComplete(Link link)
    {
        if (!IsAwaited) return;
        _complete.Add(link.PeerPid);
        if (!IsAwaited) Known();
    }

    private void GiveUp()
    {
        if (!IsAwaited) return;
        Log.Warning($"{_expected - _complete.Count} of {_expected} queue manager processes that were replaced did not say what they are "
            + $"delivering: going on without");
        _expected = 0;
        Known();
    }

    private void Known()
    {
        _receiver.AllKnown();
        _scheduler.HoldsBackLimited = false;
    }

    /// <summary>A message in the hands of one process, or of several.</summary>
    private sealed class Held(string folder)
    {
        public string Folder { get; } = folder;
        public HashSet<Link> Links { get; } = [];
        public List<(Link Link, HandoverDelivery What, Destination At)> Deliveries { get; } = [];
    }
}

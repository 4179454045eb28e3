namespace MtaSuite.Qmgr.Scheduling;

/// <summary>
/// The destinations of a transport where a delivery may begin now: ordered by their first jobs, those of one job in turn; and by their
/// smallest jobs, for those that may overtake. Every change is O(log n).
/// </summary>
internal sealed class ReadyList
{
    private readonly SortedSet<Destination> _byOrder = new(Comparer<Destination>.Create(CompareOrder));
    private readonly SortedSet<Destination> _bySize = new(Comparer<Destination>.Create(CompareSize));

    public bool IsEmpty => _byOrder.Count == 0;

    /// <summary>The destination whose turn it is.</summary>
    public Destination? First => _byOrder.Min;

    /// <summary>The destination with the smallest job that has not overtaken yet.</summary>
    public Destination? Smallest => _bySize.Min;

    public void Add(Destination destination)
    {
        destination.Head = destination.FirstByOrder;
        destination.Smallest = destination.FirstBySize;
        destination.IsListed = true;
        _byOrder.Add(destination);
        if (destination.Smallest != null) _bySize.Add(destination);
    }

    public void Remove(Destination destination)
    {
        if (!destination.IsListed) return;
        _byOrder.Remove(destination);
        if (destination.Smallest != null) _bySize.Remove(destination);
        destination.IsListed = false;
        destination.Head = destination.Smallest = null;
    }

    private static int CompareOrder(Destination a, Destination b)
    {
        int order = PeerOrder.CompareJobs(a.Head!.Job, b.Head!.Job);
        if (order == 0) order = a.Served.CompareTo(b.Served);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }

    private static int CompareSize(Destination a, Destination b)
    {
        int order = PeerOrder.CompareSize(a.Smallest!, b.Smallest!);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }
}

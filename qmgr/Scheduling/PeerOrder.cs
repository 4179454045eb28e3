namespace MtaSuite.Qmgr.Scheduling;

/// <summary>The two orders of peers: that of their jobs, and smallest job first (the oldest of a size).</summary>
internal static class PeerOrder
{
    public static readonly IComparer<Peer> ByOrder = Comparer<Peer>.Create(CompareOrder);
    public static readonly IComparer<Peer> BySize = Comparer<Peer>.Create(CompareSize);

    public static int CompareJobs(Job a, Job b)
    {
        int order = a.Order.CompareTo(b.Order);
        return order != 0 ? order : a.Rank.CompareTo(b.Rank);
    }

    private static int CompareOrder(Peer a, Peer b)
    {
        int order = CompareJobs(a.Job, b.Job);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }

    public static int CompareSize(Peer a, Peer b)
    {
        int order = a.Job.Total.CompareTo(b.Job.Total);
        if (order == 0) order = a.Job.Rank.CompareTo(b.Job.Rank);
        return order != 0 ? order : a.Number.CompareTo(b.Number);
    }
}

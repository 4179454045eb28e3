using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Qmgr;

/// <summary>
/// Tells those that bring new mail when more of it waits than can be worked on, so that they take their time (in_flow_delay).
/// </summary>
internal sealed class InFlow(int activeLimit)
{
    private readonly int _most = Math.Clamp(activeLimit / 10, 10, 1000);
    private readonly List<Link> _feeders = [];
    private bool _slow;

    /// <summary>Somebody brings mail.</summary>
    public void Add(Link link)
    {
        if (_feeders.Contains(link)) return;
        _feeders.RemoveAll(l => !l.IsOpen);
        _feeders.Add(link);
        if (_slow) link.SendNotice(new InFlowNotice { Slow = true });
    }

    /// <summary>So many new messages wait.</summary>
    public void Update(int waiting)
    {
        bool slow = waiting > (_slow ? _most / 2 : _most);
        if (slow == _slow) return;
        _slow = slow;
        foreach (Link link in _feeders)
            if (link.IsOpen) link.SendNotice(new InFlowNotice { Slow = slow });
    }
}

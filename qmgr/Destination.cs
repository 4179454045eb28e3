namespace MtaSuite.Qmgr;

/// <summary>One nexthop (or one recipient, where a transport delivers one at a time) of a transport: its jobs and how many may run at once.</summary>
internal sealed class Destination(Transport transport, string key, string nexthop)
{
    public Transport Transport { get; } = transport;
    public string Key { get; } = key;
    public string Nexthop { get; } = nexthop;
    public Queue<Job> Waiting { get; } = new();
    public int Running { get; set; }
    /// <summary>It stands in its transport's round.</summary>
    public bool InRound { get; set; }

    public bool MayRun => Waiting.Count > 0 && (Transport.DestinationLimit == 0 || Running < Transport.DestinationLimit);
}

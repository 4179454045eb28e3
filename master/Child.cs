using MtaSuite.Common.Hosting;

namespace MtaSuite.Master;

/// <summary>One running daemon process.</summary>
internal sealed class Child(Service service, int pid)
{
    public Service Service { get; } = service;
    public int Pid { get; } = pid;
    public StatusChannel? Status { get; set; }
    public bool Ready { get; set; }
    /// <summary>It was busy at least once: its start was no failure.</summary>
    public bool Served { get; set; }
    /// <summary>It accepts nothing new and will exit.</summary>
    public bool Leaving { get; set; }
    public int Busy { get; set; }
    /// <summary>When it last reported, milliseconds of the loop's clock.</summary>
    public long LastHeard { get; set; }
    public long Started { get; init; }
    /// <summary>How long it may be silent.</summary>
    public required TimeSpan Timeout { get; init; }
}

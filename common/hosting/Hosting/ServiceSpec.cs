using MtaSuite.Common.Config;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Common.Hosting;

/// <summary>With whose rights a daemon works.</summary>
public enum Rights
{
    /// <summary>mail_owner, no privileges, before the first byte from outside is read.</summary>
    MailOwner,
    /// <summary>Keeps root's and acts as the recipient.</summary>
    ActsAsRecipient,
}

/// <summary>What a daemon is: everything Program.cs says.</summary>
public sealed class ServiceSpec
{
    /// <summary>The executable's name.</summary>
    public required string Name { get; init; }
    /// <summary>The manual, printed by --help.</summary>
    public required string Manual { get; init; }
    public Rights Rights { get; init; } = Rights.MailOwner;
    /// <summary>Keeps running when idle.</summary>
    public bool Resident { get; init; }
    /// <summary>Runs before privileges are dropped: opens what only root may open. An error text ends the process with status 78.</summary>
    public Func<ServiceContext, string?>? BeforeDrop { get; init; }
    /// <summary>Makes the service on its event loop.</summary>
    public required Func<ServiceContext, IService> Start { get; init; }
}

/// <summary>A running daemon, to the host.</summary>
public interface IService
{
    /// <summary>Sessions or jobs under way. A service that is not resident leaves after max_idle without any.</summary>
    int Active { get; }

    /// <summary>Takes nothing new, finishes what is under way, then calls <paramref name="done"/> (once).</summary>
    void Drain(Action done);

    /// <summary>
    /// The suite stops, on top of <see cref="Drain"/>: what is not done within ten seconds is abandoned. End what merely waits.
    /// </summary>
    void Stop() { }

    /// <summary>master's wake-up timer (the fifth column of master.cf), or a request for a run.</summary>
    void Wakeup() { }
}

/// <summary>What a daemon is given.</summary>
public sealed class ServiceContext
{
    public required EventLoop Loop { get; init; }
    public required MailConfig Config { get; init; }
    public required SpoolDirectory Spool { get; init; }
    /// <summary>The service of master.cf.</summary>
    public required string ServiceName { get; init; }
    /// <summary>The command column of master.cf: "virtual", "pipe" and "spawn" are served by the executable local.</summary>
    public required string Command { get; init; }
    /// <summary>Listening descriptors that master holds too. The service owns these copies.</summary>
    public required int[] Listeners { get; init; }
    /// <summary>The most sessions or deliveries at once; 0: no limit.</summary>
    public required int MaxProc { get; init; }
    /// <summary>Processes of the same service that this one takes the place of, and that are not gone yet.</summary>
    public int Predecessors { get; init; }
    /// <summary>What stands behind the options in master.cf (user=, flags=, argv= ...).</summary>
    public required IReadOnlyList<string> Attributes { get; init; }
    /// <summary>How many descriptors the process may have.</summary>
    public long OpenFileLimit { get; init; } = 1024;
    /// <summary>The process started as root.</summary>
    public required bool StartedAsRoot { get; init; }
}

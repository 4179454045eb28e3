using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Ipc;

/// <summary>The policy for peers that are neither root nor mail_owner, on sockets where every local user may connect.</summary>
public sealed record UserLimits
{
    /// <summary>Of all users together: memory for that many idle connections is some megabytes.</summary>
    private const int MostConnections = 4096;

    /// <summary>Open connections of one user.</summary>
    public int Connections { get; init; } = 200;

    /// <summary>Requests of one user that are under way, on all connections.</summary>
    public int Requests { get; init; } = 200;

    /// <summary>Open connections of all users together. What is left of the process's descriptors is for root and mail_owner.</summary>
    public int AllConnections { get; init; } = MostConnections;

    /// <summary>Bytes of requests of one user; a larger one is taken when it is the only one.</summary>
    public long EnvelopeBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Bytes of content of one user that were received and not passed on.</summary>
    public long ContentBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>A connection without a request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A request while it is the user's turn, without <see cref="LinkStream.LeastProgress"/> bytes.</summary>
    public TimeSpan Progress { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Requests under way when the process is to leave.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(60);

    /// <param name="requests">The most requests of one user at once where a request is expensive.</param>
    /// <param name="openFiles">The process's limit of descriptors.</param>
    public static UserLimits From(MailConfig config, long openFiles, int requests = int.MaxValue) => new()
    {
        Connections = config.Get(LocalUserParams.ConnectionLimit),
        Requests = Math.Min(requests, config.Get(LocalUserParams.ConnectionLimit)),
        AllConnections = (int)Math.Clamp(openFiles / 2, 1, MostConnections),
        EnvelopeBytes = config.Get(LocalUserParams.EnvelopeLimit),
        ContentBytes = config.Get(LocalUserParams.ContentLimit),
        Idle = config.Get(LocalUserParams.IdleTimeout),
        Progress = config.Get(LocalUserParams.ProgressTimeout),
        Drain = config.Get(LocalUserParams.DrainTimeout),
    };
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Sts;

/// <summary>How policies are looked for.</summary>
internal sealed record PolicySettings
{
    /// <summary>The authorities that may vouch for the hosts of policies; empty: those of the system.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>For a policy's host to hand it over; RFC 8461 3.3 suggests a minute at most.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Domains remembered, and policies fetched at once.</summary>
    public int Capacity { get; init; } = 20_000;
    public int MaxFetches { get; init; } = 50;

    /// <summary>Characters of all policies together. They are kept as they were served, up to 64 KB each.</summary>
    public long MaxSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>443; another one for tests.</summary>
    public int Port { get; init; } = 443;

    /// <summary>The journal; empty: memory only.</summary>
    public string Journal { get; init; } = "";

    public static PolicySettings Read(MailConfig config) => new()
    {
        AuthorityFile = config.Get(StsParams.MtaStsCAfile),
        FetchTimeout = config.Get(StsParams.MtaStsFetchTimeout),
        Journal = config.Get(StsParams.MtaStsCacheFile),
    };
}

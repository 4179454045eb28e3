using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Greylist;

/// <summary>How the greylist judges. Times in seconds.</summary>
internal sealed record GreylistSettings
{
    public long Delay { get; init; } = 300;
    public long RetryWindow { get; init; } = 2 * 86400;
    public long Lifetime { get; init; } = 35 * 86400;
    /// <summary>Greylisted messages after which a client is let in at once; 0: never.</summary>
    public int AutoAllow { get; init; } = 5;
    /// <summary>Entries in memory, about 60 bytes each.</summary>
    public int Capacity { get; init; } = 1_000_000;

    public static GreylistSettings Read(MailConfig config)
    {
        long Seconds(TimeParam param) => (long)config.Get(param).TotalSeconds;
        return new GreylistSettings
        {
            Delay = Seconds(GreylistParams.GreylistDelay),
            RetryWindow = Seconds(GreylistParams.GreylistRetryWindow),
            Lifetime = Seconds(GreylistParams.GreylistLifetime),
            AutoAllow = config.Get(GreylistParams.GreylistAutoAllowClients),
        };
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Verify;

/// <summary>How long results of probes count. Times in seconds.</summary>
internal sealed record ProbeSettings
{
    public long PositiveExpire { get; init; } = 31 * 86400;
    public long PositiveRefresh { get; init; } = 7 * 86400;
    public long NegativeExpire { get; init; } = 3 * 86400;
    public long NegativeRefresh { get; init; } = 3 * 3600;
    /// <summary>Failures are kept on disk and for their full time.</summary>
    public bool NegativeCache { get; init; } = true;
    /// <summary>A probe that has not come back after so long is lost.</summary>
    public long ProbeTime { get; init; } = 1000;
    /// <summary>Probes under way at once.</summary>
    public int PendingLimit { get; init; } = 5000;
    /// <summary>Addresses remembered.</summary>
    public int Capacity { get; init; } = 200_000;

    /// <summary>Without the negative cache a failure counts just long enough for those who wait for it.</summary>
    private const long WaitingTime = 60;

    public static ProbeSettings Read(MailConfig config)
    {
        bool negative = config.Get(VerifyParams.AddressVerifyNegativeCache);
        long Seconds(TimeParam param) => (long)config.Get(param).TotalSeconds;
        return new ProbeSettings
        {
            PositiveExpire = Seconds(VerifyParams.AddressVerifyPositiveExpireTime),
            PositiveRefresh = Seconds(VerifyParams.AddressVerifyPositiveRefreshTime),
            NegativeExpire = negative ? Seconds(VerifyParams.AddressVerifyNegativeExpireTime) : WaitingTime,
            NegativeRefresh = negative ? Seconds(VerifyParams.AddressVerifyNegativeRefreshTime) : WaitingTime,
            NegativeCache = negative,
            PendingLimit = config.Get(VerifyParams.AddressVerifyPendingRequestLimit),
        };
    }
}

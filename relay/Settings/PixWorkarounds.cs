using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>Workarounds for firewalls that meddle with SMTP (their greeting is all asterisks) and break it.</summary>
public sealed record PixWorkarounds
{
    public IReadOnlyList<string> Workarounds { get; init; }
    /// <summary>Workarounds by the server's address.</summary>
    public Maps ByAddress { get; init; }
    public TimeSpan Delay { get; init; }
    /// <summary>Only messages older than this get the delay.</summary>
    public TimeSpan Threshold { get; init; }

    /// <summary>The workarounds for a server.</summary>
    public async ValueTask<IReadOnlyList<string>> ForAsync(string address)
    {
        LookupResult result = await ByAddress.LookupAsync(address);
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? MailConfig.SplitList(result.Value) : Workarounds;
    }

    internal PixWorkarounds(MailConfig config, bool lmtp, Maps byAddress)
    {
        Workarounds = config.GetList(lmtp ? L.LmtpPixWorkarounds : S.SmtpPixWorkarounds);
        ByAddress = byAddress;
        Delay = config.Get(lmtp ? L.LmtpPixWorkaroundDelayTime : S.SmtpPixWorkaroundDelayTime);
        Threshold = config.Get(lmtp ? L.LmtpPixWorkaroundThresholdTime : S.SmtpPixWorkaroundThresholdTime);
    }
}

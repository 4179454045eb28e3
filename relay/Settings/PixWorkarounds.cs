using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Tables;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>Workarounds for firewalls that meddle with SMTP (their greeting is all asterisks) and break it.</summary>
public sealed record PixWorkarounds
{
    public IReadOnlyList<string> Words { get; init; } = ["disable_esmtp", "delay_dotcrlf"];
    /// <summary>Words by the server's address.</summary>
    public Maps ByAddress { get; init; } = Maps.Empty;
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Only messages older than this get the delay.</summary>
    public TimeSpan Threshold { get; init; } = TimeSpan.FromSeconds(500);

    /// <summary>The words for a server.</summary>
    public async ValueTask<IReadOnlyList<string>> ForAsync(string address)
    {
        LookupResult result = await ByAddress.LookupAsync(address);
        if (result.IsError) Log.Warning($"{result.ErrorText}");
        return result.IsFound ? MailConfig.SplitList(result.Value) : Words;
    }

    internal static PixWorkarounds From(MailConfig config, bool lmtp, Maps byAddress) => new()
    {
        Words = config.GetList(lmtp ? L.LmtpPixWorkarounds : S.SmtpPixWorkarounds),
        ByAddress = byAddress,
        Delay = config.Get(lmtp ? L.LmtpPixWorkaroundDelayTime : S.SmtpPixWorkaroundDelayTime),
        Threshold = config.Get(lmtp ? L.LmtpPixWorkaroundThresholdTime : S.SmtpPixWorkaroundThresholdTime),
    };
}

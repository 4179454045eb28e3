using MtaSuite.Common.Config;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Content;

/// <summary>What is changed in content on its way out.</summary>
public sealed record ContentSettings
{
    /// <summary>Bytes of a line that is sent; longer ones are broken with a space behind the break. 0: no limit.</summary>
    public int LineLengthLimit { get; init; } = 998;

    internal static ContentSettings From(MailConfig config, bool lmtp, List<string> problems)
    {
        _ = problems;
        return new ContentSettings
        {
            LineLengthLimit = config.Get(lmtp ? L.LmtpLineLengthLimit : S.SmtpLineLengthLimit),
        };
    }
}

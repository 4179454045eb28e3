using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Relay.Settings;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Content;

/// <summary>What is changed in content on its way out.</summary>
public sealed record ContentSettings
{
    /// <summary>Bytes of a line that is sent; longer ones are broken with a space behind the break. 0: no limit.</summary>
    public int LineLengthLimit { get; init; } = 998;

    /// <summary>Null: addresses stay as they are.</summary>
    public GenericMaps? Generic { get; init; }

    public ContentChecks Checks { get; init; } = new();

    internal static ContentSettings From(MailConfig config, bool lmtp, List<string> problems) => new()
    {
        LineLengthLimit = config.Get(lmtp ? L.LmtpLineLengthLimit : S.SmtpLineLengthLimit),
        Generic = GenericMaps.From(config, lmtp ? L.LmtpGenericMaps : S.SmtpGenericMaps, problems),
        Checks = new ContentChecks
        {
            Header = RelaySettings.OpenMaps(config, lmtp ? L.LmtpHeaderChecks : S.SmtpHeaderChecks, problems),
            MimeHeader = RelaySettings.OpenMaps(config, lmtp ? L.LmtpMimeHeaderChecks : S.SmtpMimeHeaderChecks, problems),
            NestedHeader = RelaySettings.OpenMaps(config, lmtp ? L.LmtpNestedHeaderChecks : S.SmtpNestedHeaderChecks, problems),
            Body = RelaySettings.OpenMaps(config, lmtp ? L.LmtpBodyChecks : S.SmtpBodyChecks, problems),
            BodyLimit = config.Get(CleanupParams.BodyChecksSizeLimit),
        },
    };
}

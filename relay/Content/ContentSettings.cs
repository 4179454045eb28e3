using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mime;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Content;

/// <summary>What is changed in content on its way out.</summary>
public sealed record ContentSettings
{
    /// <summary>Bytes of a line that is sent; longer ones are broken with a space behind the break. 0: no limit.</summary>
    public int LineLengthLimit { get; init; }

    /// <summary>Null: addresses stay as they are.</summary>
    public GenericMaps? Generic { get; init; }

    public ContentChecks Checks { get; init; }

    internal ContentSettings(MailConfig config, bool lmtp, List<string> problems)
    {
        LineLengthLimit = config.Get(lmtp ? L.LmtpLineLengthLimit : S.SmtpLineLengthLimit);
        Generic = GenericMaps.From(config, lmtp ? L.LmtpGenericMaps : S.SmtpGenericMaps, problems);
        Checks = OpenChecks(config, lmtp, problems);
    }

    private static ContentChecks OpenChecks(MailConfig config, bool lmtp, List<string> problems)
    {
        CheckTable Open(TextParam smtp, TextParam other)
        {
            TextParam param = lmtp ? other : smtp;
            return CheckTable.Open(param.Name, config.Get(param));
        }
        ContentChecks checks = new()
        {
            Header = Open(S.SmtpHeaderChecks, L.LmtpHeaderChecks),
            MimeHeader = Open(S.SmtpMimeHeaderChecks, L.LmtpMimeHeaderChecks),
            NestedHeader = Open(S.SmtpNestedHeaderChecks, L.LmtpNestedHeaderChecks),
            Body = Open(S.SmtpBodyChecks, L.LmtpBodyChecks),
            BodyLimit = 0, // the limit is one of cleanup
            Allowed = CheckAction.OfContent,
        };
        problems.AddRange(checks.Problems);
        return checks;
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Smtpd.Access;

/// <summary>Parameters of the restrictions that ask the DNS.</summary>
internal sealed class DnsSettings(MailConfig c)
{
    public readonly int UnknownClientCode = c.Get(SmtpdParams.UnknownClientRejectCode);
    public readonly int UnknownNameCode = c.Get(SmtpdParams.UnknownHostnameRejectCode);
    public readonly int UnknownAddressCode = c.Get(SmtpdParams.UnknownAddressRejectCode);
    /// <summary>A question without an answer refuses now ("defer"), rather than what is permitted later ("defer_if_permit").</summary>
    public readonly bool NameTroubleDefers = Defers(c.Get(SmtpdParams.UnknownHeloHostnameTempfailAction));
    public readonly bool AddressTroubleDefers = Defers(c.Get(SmtpdParams.UnknownAddressTempfailAction));
    public readonly int ListedCode = c.Get(SmtpdParams.MapsRblRejectCode);
    public readonly string ListedReply = c.Get(SmtpdParams.DefaultRblReply);
    public readonly Maps ListedReplies = Maps.Open(c.Get(SmtpdParams.RblReplyMaps));
    public readonly string ReplyCharacters = CEscapes.Decode(c.Get(SmtpdParams.SmtpdExpansionFilter), 0x1ff);
    public readonly MatchList BackupNetworks =
        new(c.Get(SmtpdParams.PermitMxBackupNetworks), MatchStyle.Hosts,
        MatchList.ParentsMatch(c, SmtpdParams.PermitMxBackupNetworks.Name));

    public IEnumerable<string> Problems =>
        DnsOptions.Problems(c).Concat(ListedReplies.OpenErrors.Select(e => $"rbl_reply_maps: {e}")).Concat(BackupNetworks.Problems);

    private static bool Defers(string action) => action.Equals("defer", StringComparison.OrdinalIgnoreCase);
}

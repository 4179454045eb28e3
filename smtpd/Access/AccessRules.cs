using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Smtpd.Access;

/// <summary>The restriction lists of one service and the parameters that go with them.</summary>
internal sealed class AccessRules(MailConfig c, RestrictionParser parser)
{
    public AccessRules(MailConfig c) : this(c, MakeParser(c))
    {
    }

    // lists
    public readonly RestrictionList Client =
        Parse(parser, c, SmtpdParams.SmtpdClientRestrictions, RestrictionWords.CheckClientAccess);
    public readonly RestrictionList Helo =
        Parse(parser, c, SmtpdParams.SmtpdHeloRestrictions, RestrictionWords.CheckHeloAccess);
    public readonly RestrictionList Sender =
        Parse(parser, c, SmtpdParams.SmtpdSenderRestrictions, RestrictionWords.CheckSenderAccess);
    public readonly RestrictionList Relay =
        Parse(parser, c, SmtpdParams.SmtpdRelayRestrictions, RestrictionWords.CheckRecipientAccess);
    public readonly RestrictionList Recipient =
        Parse(parser, c, SmtpdParams.SmtpdRecipientRestrictions, RestrictionWords.CheckRecipientAccess);
    public readonly RestrictionList Data = Parse(parser, c, SmtpdParams.SmtpdDataRestrictions, null);
    public readonly RestrictionList EndOfData = Parse(parser, c, SmtpdParams.SmtpdEndOfDataRestrictions, null);
    public readonly RestrictionList Etrn = Parse(parser, c, SmtpdParams.SmtpdEtrnRestrictions, RestrictionWords.CheckEtrnAccess);

    // when they are asked
    public readonly bool DelayReject = c.Get(SmtpdParams.SmtpdDelayReject);
    public readonly bool RelayFirst = c.Get(SmtpdParams.SmtpdRelayBeforeRecipientRestrictions);
    /// <summary>Nobody asks whether addresses exist: mail comes back from a filter (receive_override_options).</summary>
    public readonly bool SkipsUnlisted = c.GetList(SmtpdParams.ReceiveOverrideOptions).Contains("no_unknown_recipient_checks");
    public readonly bool RejectUnlistedRecipient = c.Get(SmtpdParams.SmtpdRejectUnlistedRecipient);
    public readonly bool RejectUnlistedSender = c.Get(SmtpdParams.SmtpdRejectUnlistedSender);

    // replies
    public readonly int MapRejectCode = c.Get(SmtpdParams.AccessMapRejectCode);
    public readonly int MapDeferCode = c.Get(SmtpdParams.AccessMapDeferCode);
    public readonly int RejectCode = c.Get(SmtpdParams.RejectCode);
    public readonly int DeferCode = c.Get(SmtpdParams.DeferCode);
    public readonly int RelayCode = c.Get(SmtpdParams.RelayDomainsRejectCode);
    public readonly int InvalidNameCode = c.Get(SmtpdParams.InvalidHostnameRejectCode);
    public readonly int NonFqdnCode = c.Get(SmtpdParams.NonFqdnRejectCode);
    public readonly int MultiRecipientBounceCode = c.Get(SmtpdParams.MultiRecipientBounceRejectCode);
    public readonly int PlaintextCode = c.Get(SmtpdParams.PlaintextRejectCode);

    // what restrictions ask
    public readonly RecipientDelimiter RecipientDelimiter = RecipientDelimiter.From(c);
    public readonly string VerifyService = c.Get(VerifyParams.AddressVerifyServiceName);
    public readonly ProbeSender ProbeSender = new(c);
    public readonly UnverifiedPolicy UnverifiedSender = new(c.Get(SmtpdParams.UnverifiedSenderRejectCode),
        c.Get(SmtpdParams.UnverifiedSenderDeferCode), IsDefer(c.Get(SmtpdParams.UnverifiedSenderTempfailAction)),
        c.Get(SmtpdParams.UnverifiedSenderRejectReason));
    public readonly UnverifiedPolicy UnverifiedRecipient = new(c.Get(SmtpdParams.UnverifiedRecipientRejectCode),
        c.Get(SmtpdParams.UnverifiedRecipientDeferCode), IsDefer(c.Get(SmtpdParams.UnverifiedRecipientTempfailAction)),
        c.Get(SmtpdParams.UnverifiedRecipientRejectReason));
    /// <summary>Bits of an address that are one client for the greylist.</summary>
    public readonly int GreylistIPv4Prefix = c.Get(GreylistParams.GreylistClientIpv4PrefixLength);
    public readonly int GreylistIPv6Prefix = c.Get(GreylistParams.GreylistClientIpv6PrefixLength);
    public readonly DnsSettings Dns = new(c);
    public readonly HashSet<string> LogPermitActions =
        [.. c.GetList(SmtpdParams.SmtpdLogAccessPermitActions).Select(a => a.ToLowerInvariant())];

    public IReadOnlyList<string> Problems => [.. parser.Problems, .. Dns.Problems];

    /// <summary>Parses the restrictions that an access table's entry holds.</summary>
    /// <param name="tableCheck">The restriction that a bare table stands for; null where there is none.</param>
    public RestrictionList ParseEntry(string source, string text, Restriction? tableCheck)
    {
        int known = parser.Problems.Count;
        RestrictionList list = parser.Parse(source, text, tableCheck);
        // An entry's problems are logged where it is used; kept here they would add up.
        if (parser.Problems.Count > known) parser.Problems.RemoveRange(known, parser.Problems.Count - known);
        return list;
    }

    private static bool IsDefer(string action) => action.Equals("defer", StringComparison.OrdinalIgnoreCase);

    private static RestrictionList Parse(RestrictionParser parser, MailConfig c, TextParam param, Restriction? tableCheck) =>
        parser.Parse(param.Name, c.Get(param), tableCheck);

    private static RestrictionParser MakeParser(MailConfig c)
    {
        RestrictionParser parser = new(MatchList.ParentsMatch(c, "smtpd_access_maps"), c.Get(SmtpdParams.SmtpdNullAccessLookupKey))
        {
            LeftOut = c.GetList(CommonParams.AcceptIneffectiveParameters),
            PolicyServer = text => PolicyServerSettings.Parse(text, c, out string problem) is { } server
                ? (new PolicyServer(server), "") : (null, problem),
        };
        foreach (string name in c.GetList(SmtpdParams.SmtpdRestrictionClasses)) parser.Declare(name, c.Expand($"${{{name}}}"));
        return parser;
    }
}

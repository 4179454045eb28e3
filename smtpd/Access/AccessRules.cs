using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Smtpd.Access;

/// <summary>The restriction lists of one service and the parameters that go with them.</summary>
internal sealed class AccessRules
{
    private readonly RestrictionParser _parser;

    public AccessRules(MailConfig c)
    {
        _parser = new RestrictionParser(MatchList.ParentsMatch(c, "smtpd_access_maps"), c.Get(SmtpdParams.SmtpdNullAccessLookupKey))
        {
            LeftOut = c.GetList(CommonParams.AcceptIneffectiveParameters),
            PolicyServer = text => PolicyServerSettings.Parse(text, c, out string problem) is { } server
                ? (new PolicyServer(server), "") : (null, problem),
        };
        foreach (string name in c.GetList(SmtpdParams.SmtpdRestrictionClasses)) _parser.Declare(name, c.Expand($"${{{name}}}"));
        Client = Parse(c, SmtpdParams.SmtpdClientRestrictions, "check_client_access");
        Helo = Parse(c, SmtpdParams.SmtpdHeloRestrictions, "check_helo_access");
        Sender = Parse(c, SmtpdParams.SmtpdSenderRestrictions, "check_sender_access");
        Relay = Parse(c, SmtpdParams.SmtpdRelayRestrictions, "check_recipient_access");
        Recipient = Parse(c, SmtpdParams.SmtpdRecipientRestrictions, "check_recipient_access");
        Data = Parse(c, SmtpdParams.SmtpdDataRestrictions, null);
        EndOfData = Parse(c, SmtpdParams.SmtpdEndOfDataRestrictions, null);
        Etrn = Parse(c, SmtpdParams.SmtpdEtrnRestrictions, "check_etrn_access");
        DelayReject = c.Get(SmtpdParams.SmtpdDelayReject);
        RelayFirst = c.Get(SmtpdParams.SmtpdRelayBeforeRecipientRestrictions);
        SkipsUnlisted = c.GetList(SmtpdParams.ReceiveOverrideOptions).Contains("no_unknown_recipient_checks");
        RejectUnlistedRecipient = c.Get(SmtpdParams.SmtpdRejectUnlistedRecipient);
        RejectUnlistedSender = c.Get(SmtpdParams.SmtpdRejectUnlistedSender);
        MapRejectCode = c.Get(SmtpdParams.AccessMapRejectCode);
        MapDeferCode = c.Get(SmtpdParams.AccessMapDeferCode);
        RejectCode = c.Get(SmtpdParams.RejectCode);
        DeferCode = c.Get(SmtpdParams.DeferCode);
        RelayCode = c.Get(SmtpdParams.RelayDomainsRejectCode);
        InvalidNameCode = c.Get(SmtpdParams.InvalidHostnameRejectCode);
        NonFqdnCode = c.Get(SmtpdParams.NonFqdnRejectCode);
        MultiRecipientBounceCode = c.Get(SmtpdParams.MultiRecipientBounceRejectCode);
        PlaintextCode = c.Get(SmtpdParams.PlaintextRejectCode);
        VerifyService = c.Get(VerifyParams.AddressVerifyServiceName);
        ProbeSender = new ProbeSender(c);
        UnverifiedSender = new UnverifiedPolicy(c.Get(SmtpdParams.UnverifiedSenderRejectCode), c.Get(SmtpdParams.UnverifiedSenderDeferCode),
            IsDefer(c.Get(SmtpdParams.UnverifiedSenderTempfailAction)), c.Get(SmtpdParams.UnverifiedSenderRejectReason));
        UnverifiedRecipient =
            new UnverifiedPolicy(c.Get(SmtpdParams.UnverifiedRecipientRejectCode), c.Get(SmtpdParams.UnverifiedRecipientDeferCode),
            IsDefer(c.Get(SmtpdParams.UnverifiedRecipientTempfailAction)), c.Get(SmtpdParams.UnverifiedRecipientRejectReason));
        GreylistIPv4Prefix = c.Get(GreylistParams.GreylistClientIpv4PrefixLength);
        GreylistIPv6Prefix = c.Get(GreylistParams.GreylistClientIpv6PrefixLength);
        Dns = new DnsSettings(c);
        RecipientDelimiter = RecipientDelimiter.From(c);
        LogPermitActions = [.. c.GetList(SmtpdParams.SmtpdLogAccessPermitActions).Select(a => a.ToLowerInvariant())];
    }

    public RestrictionList Client { get; }
    public RestrictionList Helo { get; }
    public RestrictionList Sender { get; }
    public RestrictionList Relay { get; }
    public RestrictionList Recipient { get; }
    public RestrictionList Data { get; }
    public RestrictionList EndOfData { get; }
    public RestrictionList Etrn { get; }
    public bool DelayReject { get; }
    public bool RelayFirst { get; }
    /// <summary>Nobody asks whether addresses exist: mail comes back from a filter (receive_override_options).</summary>
    public bool SkipsUnlisted { get; }
    public bool RejectUnlistedRecipient { get; }
    public bool RejectUnlistedSender { get; }
    public int MapRejectCode { get; }
    public int MapDeferCode { get; }
    public int RejectCode { get; }
    public int DeferCode { get; }
    public int RelayCode { get; }
    public int InvalidNameCode { get; }
    public int NonFqdnCode { get; }
    public int MultiRecipientBounceCode { get; }
    public int PlaintextCode { get; }
    public RecipientDelimiter RecipientDelimiter { get; }
    public string VerifyService { get; }
    public ProbeSender ProbeSender { get; }
    public UnverifiedPolicy UnverifiedSender { get; }
    public UnverifiedPolicy UnverifiedRecipient { get; }
    /// <summary>Bits of an address that are one client for the greylist.</summary>
    public int GreylistIPv4Prefix { get; }
    public int GreylistIPv6Prefix { get; }
    public DnsSettings Dns { get; }
    public HashSet<string> LogPermitActions { get; }

    public IReadOnlyList<string> Problems => [.. _parser.Problems, .. Dns.Problems];

    /// <summary>Parses the restrictions that an access table's entry holds.</summary>
    public RestrictionList ParseEntry(string source, string text, string? tableWord)
    {
        int known = _parser.Problems.Count;
        RestrictionList list = _parser.Parse(source, text, tableWord);
        // An entry's problems are logged where it is used; kept here they would add up.
        if (_parser.Problems.Count > known) _parser.Problems.RemoveRange(known, _parser.Problems.Count - known);
        return list;
    }

    private static bool IsDefer(string action) => action.Equals("defer", StringComparison.OrdinalIgnoreCase);

    private RestrictionList Parse(MailConfig c, TextParam param, string? tableWord) => _parser.Parse(param.Name, c.Get(param), tableWord);
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Relay.Content;
using MtaSuite.Relay.Login;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>The parameters of the client, read once: the family smtp_..., or lmtp_... where the service speaks LMTP.</summary>
public sealed record RelaySettings
{
    /// <summary>LMTP (RFC 2033) instead of SMTP: LHLO, no MX records, one reply for each recipient.</summary>
    public bool IsLmtp { get; init; }
    public string Myhostname { get; init; }
    public string HelloName { get; init; }
    public bool AlwaysSendEhlo { get; init; }
    public bool NeverSendEhlo { get; init; }
    public StepTimeouts Timeouts { get; init; }
    /// <summary>A timeout counts for a whole command and reply, extended by <see cref="MinDataRate"/> for content.</summary>
    public bool PerRequestDeadline { get; init; }
    /// <summary>Bytes a second.</summary>
    public int MinDataRate { get; init; }
    public bool Skip5xxGreeting { get; init; }
    public bool SkipQuitReply { get; init; }
    public bool QuoteEnvelope { get; init; }
    public bool SendXforward { get; init; }
    public bool SendDummyAuth { get; init; }
    /// <summary>Use CHUNKING (RFC 3030) where it is offered.</summary>
    public bool UseChunking { get; init; }
    /// <summary>A LMTP server without DSN delivers finally: success is reported as "delivered", not as "relayed".</summary>
    public bool AssumeFinal { get; init; }
    public EhloFilter EhloFilter { get; init; }
    public PixWorkarounds Pix { get; init; }
    public bool SoftBounce { get; init; }
    /// <summary>An address counts as deliverable when DATA is accepted, not already at RCPT.</summary>
    public bool VerifiesAtData { get; init; }
    /// <summary>Never convert 8-bit content for servers without 8BITMIME.</summary>
    public bool DisableMimeConversion { get; init; }
    public ServerReplyFilter ReplyFilter { get; init; }
    public StatusFilter StatusFilter { get; init; }
    public ContentSettings Content { get; init; }
    public CacheSettings Cache { get; init; }
    /// <summary>Servers and nexthops whose sessions are logged word by word; null: none.</summary>
    public MatchList? DebugPeers { get; init; }
    public RouteSettings Routes { get; init; }
    public LoginSettings Login { get; init; }
    /// <summary>Null: a sender's REQUIRETLS is passed over.</summary>
    public RequireTlsPolicy? RequireTls { get; init; }

    /// <summary>Reads everything and opens the tables. What is wrong goes to <paramref name="problems"/>, and a default holds.</summary>
    public RelaySettings(MailConfig config, bool lmtp, List<string> problems)
    {
        bool Flag(BoolParam smtp, BoolParam other) => config.Get(lmtp ? other : smtp);
        Maps Open(TextParam smtp, TextParam other) => OpenMaps(config, lmtp ? other : smtp, problems);
        IsLmtp = lmtp;
        Myhostname = config.Get(CommonParams.Myhostname);
        HelloName = config.Get(lmtp ? L.LmtpLhloName : S.SmtpHeloName);
        AlwaysSendEhlo = config.Get(S.SmtpAlwaysSendEhlo);
        NeverSendEhlo = config.Get(S.SmtpNeverSendEhlo);
        Timeouts = new StepTimeouts(config, lmtp);
        PerRequestDeadline = Flag(S.SmtpPerRequestDeadline, L.LmtpPerRequestDeadline);
        MinDataRate = config.Get(lmtp ? L.LmtpMinDataRate : S.SmtpMinDataRate);
        Skip5xxGreeting = Flag(S.SmtpSkip5xxGreeting, L.LmtpSkip5xxGreeting);
        SkipQuitReply = Flag(S.SmtpSkipQuitResponse, L.LmtpSkipQuitResponse);
        QuoteEnvelope = Flag(S.SmtpQuoteRfc821Envelope, L.LmtpQuoteRfc821Envelope);
        SendXforward = Flag(S.SmtpSendXforwardCommand, L.LmtpSendXforwardCommand);
        SendDummyAuth = Flag(S.SmtpSendDummyMailAuth, L.LmtpSendDummyMailAuth);
        UseChunking = Flag(S.SmtpChunkingEnable, L.LmtpChunkingEnable);
        AssumeFinal = lmtp && config.Get(L.LmtpAssumeFinal);
        EhloFilter = new EhloFilter(config.Get(lmtp ? L.LmtpDiscardLhloKeywords : S.SmtpDiscardEhloKeywords),
            Open(S.SmtpDiscardEhloKeywordAddressMaps, L.LmtpDiscardLhloKeywordAddressMaps));
        Pix = new PixWorkarounds(config, lmtp, Open(S.SmtpPixWorkaroundMaps, L.LmtpPixWorkaroundMaps));
        VerifiesAtData = ReadVerifyTarget(config, lmtp ? L.LmtpAddressVerifyTarget : S.SmtpAddressVerifyTarget, problems);
        SoftBounce = config.Get(BounceParams.SoftBounce);
        DisableMimeConversion = config.Get(CleanupParams.DisableMimeOutputConversion);
        ReplyFilter = new ServerReplyFilter(Open(S.SmtpReplyFilter, L.LmtpReplyFilter));
        StatusFilter = StatusFilter.Open(config, lmtp ? L.LmtpDeliveryStatusFilter : S.SmtpDeliveryStatusFilter, problems);
        Content = new ContentSettings(config, lmtp, problems);
        Cache = new CacheSettings(config, lmtp, problems);
        DebugPeers = ReadDebugPeers(config, problems);
        Routes = new RouteSettings(config, lmtp, problems);
        Login = new LoginSettings(config, lmtp, problems);
        RequireTls = RequireTlsPolicy.From(config, lmtp, problems);
    }

    private static MatchList? ReadDebugPeers(MailConfig config, List<string> problems)
    {
        TextParam param = LogParams.DebugPeerList;
        if (config.Get(param).Length == 0) return null;
        MatchList list = new(config.Get(param), MatchStyle.Hosts, MatchList.ParentsMatch(config, param.Name));
        problems.AddRange(list.Problems.Select(p => $"{param.Name}: {p}"));
        return list;
    }

    private static bool ReadVerifyTarget(MailConfig config, TextParam param, List<string> problems)
    {
        string word = config.Get(param);
        if (word is not ("rcpt" or "data")) problems.Add($"{param.Name}: unknown command {word}; \"rcpt\" is used");
        return word == "data";
    }

    /// <summary>Opens the tables of a parameter.</summary>
    internal static Maps OpenMaps(MailConfig config, TextParam param, List<string> problems)
    {
        string value = config.Get(param);
        if (value.Length == 0) return Maps.Empty;
        Maps maps = Maps.Open(value);
        problems.AddRange(maps.OpenErrors.Select(p => $"{param.Name}: {p}"));
        return maps;
    }
}

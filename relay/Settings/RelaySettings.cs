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
    public string Myhostname { get; init; } = "localhost";
    public string HelloName { get; init; } = "localhost";
    public bool AlwaysSendEhlo { get; init; } = true;
    public bool NeverSendEhlo { get; init; }
    public StepTimeouts Timeouts { get; init; } = new();
    /// <summary>A timeout counts for a whole command and reply, extended by <see cref="MinDataRate"/> for content.</summary>
    public bool PerRequestDeadline { get; init; }
    /// <summary>Bytes a second.</summary>
    public int MinDataRate { get; init; } = 500;
    public bool Skip5xxGreeting { get; init; } = true;
    public bool SkipQuitReply { get; init; } = true;
    public bool QuoteEnvelope { get; init; } = true;
    public bool SendXforward { get; init; }
    public bool SendDummyAuth { get; init; }
    /// <summary>Use CHUNKING (RFC 3030) where it is offered.</summary>
    public bool UseChunking { get; init; }
    /// <summary>A LMTP server without DSN delivers finally: success is reported as "delivered", not as "relayed".</summary>
    public bool AssumeFinal { get; init; }
    public EhloFilter EhloFilter { get; init; } = EhloFilter.None;
    public PixWorkarounds Pix { get; init; } = new();
    public bool SoftBounce { get; init; }
    /// <summary>An address counts as deliverable when DATA is accepted, not already at RCPT.</summary>
    public bool VerifiesAtData { get; init; }
    /// <summary>Never convert 8-bit content for servers without 8BITMIME.</summary>
    public bool DisableMimeConversion { get; init; }
    public bool SmtpUtf8Enabled { get; init; } = true;
    public ReplyFilter ReplyFilter { get; init; } = ReplyFilter.None;
    public StatusFilter StatusFilter { get; init; } = StatusFilter.None;
    public ContentSettings Content { get; init; } = new();
    public CacheSettings Cache { get; init; } = new();
    /// <summary>Servers and nexthops whose sessions are logged word by word; null: none.</summary>
    public MatchList? DebugPeers { get; init; }
    public RouteSettings Routes { get; init; } = new();
    public LoginSettings Login { get; init; } = new();
    /// <summary>Null: a sender's REQUIRETLS is passed over.</summary>
    public RequireTlsPolicy? RequireTls { get; init; }

    /// <summary>Reads everything and opens the tables. What is wrong goes to <paramref name="problems"/>, and a default holds.</summary>
    public static RelaySettings From(MailConfig config, bool lmtp, List<string> problems)
    {
        bool Flag(BoolParam smtp, BoolParam other) => config.Get(lmtp ? other : smtp);
        Maps Open(TextParam smtp, TextParam other) => OpenMaps(config, lmtp ? other : smtp, problems);
        return new RelaySettings
        {
            IsLmtp = lmtp,
            Myhostname = config.Get(CommonParams.Myhostname),
            HelloName = config.Get(lmtp ? L.LmtpLhloName : S.SmtpHeloName),
            AlwaysSendEhlo = config.Get(S.SmtpAlwaysSendEhlo),
            NeverSendEhlo = config.Get(S.SmtpNeverSendEhlo),
            Timeouts = StepTimeouts.From(config, lmtp),
            PerRequestDeadline = Flag(S.SmtpPerRequestDeadline, L.LmtpPerRequestDeadline),
            MinDataRate = config.Get(lmtp ? L.LmtpMinDataRate : S.SmtpMinDataRate),
            Skip5xxGreeting = Flag(S.SmtpSkip5xxGreeting, L.LmtpSkip5xxGreeting),
            SkipQuitReply = Flag(S.SmtpSkipQuitResponse, L.LmtpSkipQuitResponse),
            QuoteEnvelope = Flag(S.SmtpQuoteRfc821Envelope, L.LmtpQuoteRfc821Envelope),
            SendXforward = Flag(S.SmtpSendXforwardCommand, L.LmtpSendXforwardCommand),
            SendDummyAuth = Flag(S.SmtpSendDummyMailAuth, L.LmtpSendDummyMailAuth),
            UseChunking = Flag(S.SmtpChunkingEnable, L.LmtpChunkingEnable),
            AssumeFinal = lmtp && config.Get(L.LmtpAssumeFinal),
            EhloFilter = new EhloFilter(config.Get(lmtp ? L.LmtpDiscardLhloKeywords : S.SmtpDiscardEhloKeywords),
                Open(S.SmtpDiscardEhloKeywordAddressMaps, L.LmtpDiscardLhloKeywordAddressMaps)),
            Pix = PixWorkarounds.From(config, lmtp, Open(S.SmtpPixWorkaroundMaps, L.LmtpPixWorkaroundMaps)),
            VerifiesAtData = ReadVerifyTarget(config, lmtp ? L.LmtpAddressVerifyTarget : S.SmtpAddressVerifyTarget, problems),
            SoftBounce = config.Get(BounceParams.SoftBounce),
            DisableMimeConversion = config.Get(CleanupParams.DisableMimeOutputConversion),
            SmtpUtf8Enabled = config.Get(CommonParams.Smtputf8Enable),
            ReplyFilter = new ReplyFilter(Open(S.SmtpReplyFilter, L.LmtpReplyFilter)),
            StatusFilter = StatusFilter.Open(config, lmtp ? L.LmtpDeliveryStatusFilter : S.SmtpDeliveryStatusFilter, problems),
            Content = ContentSettings.From(config, lmtp, problems),
            Cache = CacheSettings.From(config, lmtp, problems),
            DebugPeers = ReadDebugPeers(config, problems),
            Routes = RouteSettings.From(config, lmtp, problems),
            Login = LoginSettings.From(config, lmtp, problems),
            RequireTls = RequireTlsPolicy.From(config, lmtp, problems),
        };
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

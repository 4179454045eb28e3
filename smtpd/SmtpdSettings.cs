using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Auth;

namespace MtaSuite.Smtpd;

/// <summary>
/// The parameters of one service, read once. Times and limits under stress are a second object, see <see cref="SettingsPair"/>.
/// </summary>
/// <param name="shared">The settings whose lists and tables are used, where stress makes no difference; null: own ones.</param>
internal sealed class SmtpdSettings(MailConfig c, SmtpdSettings? shared = null)
{
    public readonly string ServiceName = c.ServiceName;
    public readonly string MyHostname = c.Get(CommonParams.Myhostname);
    /// <summary>What cleanup does to mail of clients, and to notices about their sessions.</summary>
    public readonly CleanupFlags Cleanup = CleanupChoice.OfReceived(c), NoticeCleanup = CleanupChoice.OfInternal(c, "notify");
    public readonly string MailName = c.Get(CommonParams.MailName);
    public readonly string MailVersion = c.Get(CommonParams.MailVersion);
    public readonly string CompatibilityLevel = c.Get(CommonParams.CompatibilityLevel);
    /// <summary>What the administrator says of load; under stress "yes".</summary>
    public readonly string Stress = c.Get(CommonParams.Stress);
    public readonly string Banner = c.Get(SmtpdParams.SmtpdBanner);

    // limits
    public readonly int LineLengthLimit = c.Get(CleanupParams.LineLengthLimit);
    public readonly long MessageSizeLimit = c.Get(CleanupParams.MessageSizeLimit);
    public readonly long QueueMinfree = c.Get(CommonParams.QueueMinfree);
    public readonly int RecipientLimit = c.Get(SmtpdParams.SmtpdRecipientLimit);
    public readonly int RecipientOvershootLimit = c.Get(SmtpdParams.SmtpdRecipientOvershootLimit);
    public readonly int SoftErrorLimit = c.Get(SmtpdParams.SmtpdSoftErrorLimit);
    public readonly int HardErrorLimit = c.Get(SmtpdParams.SmtpdHardErrorLimit);
    public readonly int JunkCommandLimit = c.Get(SmtpdParams.SmtpdJunkCommandLimit);
    public readonly int ClientConnectionCountLimit = c.Get(SmtpdParams.SmtpdClientConnectionCountLimit);
    public readonly int ConnectionRateLimit = c.Get(SmtpdParams.SmtpdClientConnectionRateLimit);
    public readonly int MessageRateLimit = c.Get(SmtpdParams.SmtpdClientMessageRateLimit);
    public readonly int RecipientRateLimit = c.Get(SmtpdParams.SmtpdClientRecipientRateLimit);
    public readonly int AuthRateLimit = c.Get(SmtpdParams.SmtpdClientAuthRateLimit);
    public readonly int NewTlsRateLimit = c.Get(SmtpdParams.SmtpdClientNewTlsSessionRateLimit);
    public readonly int IPv4PrefixLength = c.Get(SmtpdParams.SmtpdClientIpv4PrefixLength);
    public readonly int IPv6PrefixLength = c.Get(SmtpdParams.SmtpdClientIpv6PrefixLength);

    // times
    public readonly TimeSpan ErrorSleepTime = c.Get(SmtpdParams.SmtpdErrorSleepTime);
    public readonly TimeSpan Timeout = c.Get(SmtpdParams.SmtpdTimeout);
    public readonly int VerifyPollCount = c.Get(VerifyParams.AddressVerifyPollCount);
    public readonly TimeSpan VerifyPollDelay = c.Get(VerifyParams.AddressVerifyPollDelay);
    public readonly bool PerRequestDeadline = c.Get(SmtpdParams.SmtpdPerRequestDeadline);
    public readonly int MinDataRate = c.Get(SmtpdParams.SmtpdMinDataRate);

    // protocol
    public readonly bool HeloRequired = c.Get(SmtpdParams.SmtpdHeloRequired);
    public readonly bool DisableVrfy = c.Get(SmtpdParams.DisableVrfyCommand);
    public readonly bool AllowMinUser = c.Get(PickupParams.AllowMinUser);
    public readonly bool StrictEnvelopes = c.Get(SmtpdParams.StrictRfc821Envelopes);
    public readonly bool SmtpUtf8 = c.Get(CommonParams.Smtputf8Enable);
    public readonly bool RequireTls = c.Get(TlsParams.RequiretlsEnable);
    public readonly bool StrictSmtpUtf8 = c.Get(CleanupParams.StrictSmtputf8);
    public readonly bool NullDomain = c.Get(RewriteParams.ResolveNullDomain);
    public readonly bool NumericDomain = c.Get(RewriteParams.ResolveNumericDomain);
    public readonly NotifyClass NotifyClasses = Common.Mail.NotifyClasses.Parse(c.Get(BounceParams.NotifyClasses), out _);
    public readonly string ErrorNoticeRecipient = c.Get(BounceParams.ErrorNoticeRecipient);
    public readonly string DoubleBounceSender = c.Get(BounceParams.DoubleBounceSender);
    public readonly bool SoftBounce = c.Get(BounceParams.SoftBounce);
    public readonly bool ForbidUnauthPipelining = c.Get(SmtpdParams.SmtpdForbidUnauthPipelining);
    public readonly bool ReplaceStrayCr = c.Get(CleanupParams.CleanupReplaceStrayCrLf);
    public readonly bool HideClientSession = c.Get(SmtpdParams.SmtpdHideClientSession);
    public readonly BareNewlinePolicy BareNewline = Policy(c.Get(SmtpdParams.SmtpdForbidBareNewline));
    public readonly int BareNewlineRejectCode = c.Get(SmtpdParams.SmtpdForbidBareNewlineRejectCode);
    public readonly MatchList BareNewlineExclusions = shared?.BareNewlineExclusions
        ?? Hosts(c, SmtpdParams.SmtpdForbidBareNewlineExclusions);
    public readonly CommandList NoopCommands = shared?.NoopCommands ?? CommandList.Parse(c.Get(SmtpdParams.SmtpdNoopCommands));
    public readonly CommandList ForbiddenCommands = shared?.ForbiddenCommands
        ?? CommandList.Parse(c.Get(SmtpdParams.SmtpdForbiddenCommands));
    public readonly CommandFilter? Filter = shared != null ? shared.Filter : CommandFilter.Open(c.Get(SmtpdParams.SmtpdCommandFilter));
    public readonly EhloKeywords DiscardEhloKeywords = Ehlo.ParseKeywords(c.Get(SmtpdParams.SmtpdDiscardEhloKeywords));
    public readonly Maps DiscardEhloMaps = shared?.DiscardEhloMaps ?? Maps.Open(c.Get(SmtpdParams.SmtpdDiscardEhloKeywordAddressMaps));

    /// <summary>Milters and what they are told.</summary>
    public readonly MilterSettings Milters = shared?.Milters ?? new MilterSettings(c);

    // TLS
    public readonly TlsServerSettings Tls = shared?.Tls ?? new TlsServerSettings(c);
    public readonly TimeSpan StartTlsTimeout = c.Get(TlsParams.SmtpdStarttlsTimeout);
    public readonly Maps RelayClientCertificates = shared?.RelayClientCertificates ?? Maps.Open(c.Get(TlsParams.RelayClientcerts));

    /// <summary>fast_flush_domains: whose mail ETRN may ask for.</summary>
    public readonly MatchList FlushDomains = shared?.FlushDomains ?? new(c.Get(SmtpdParams.FastFlushDomains), MatchStyle.Domains,
        MatchList.ParentsMatch(c, SmtpdParams.FastFlushDomains.Name));

    /// <summary>transport:destination that takes all mail first; empty: none.</summary>
    public readonly string ContentFilter = c.Get(SmtpdParams.ContentFilter);

    // replies
    public readonly Maps RejectFilterMaps = shared?.RejectFilterMaps ?? Maps.Open(c.Get(SmtpdParams.SmtpdRejectFilterMaps));
    public readonly string RejectFooter = c.Get(SmtpdParams.SmtpdRejectFooter);
    public readonly Maps RejectFooterMaps = shared?.RejectFooterMaps ?? Maps.Open(c.Get(SmtpdParams.SmtpdRejectFooterMaps));

    /// <summary>Logging in.</summary>
    public readonly AuthSettings Auth = shared?.Auth ?? new AuthSettings(c);

    // clients
    public readonly bool ClientPortLogging = c.Get(SmtpdParams.SmtpdClientPortLogging);
    public readonly MatchList DebugPeers = shared?.DebugPeers ?? Hosts(c, LogParams.DebugPeerList);
    public readonly MatchList MyNetworks = shared?.MyNetworks ?? Hosts(c, CommonParams.Mynetworks);
    public readonly MatchList XclientHosts = shared?.XclientHosts ?? Hosts(c, SmtpdParams.SmtpdAuthorizedXclientHosts);
    public readonly MatchList XforwardHosts = shared?.XforwardHosts ?? Hosts(c, SmtpdParams.SmtpdAuthorizedXforwardHosts);
    public readonly MatchList VerpClients = shared?.VerpClients ?? Hosts(c, SmtpdParams.SmtpdAuthorizedVerpClients);
    public readonly string VerpDelimiters = c.Get(PickupParams.DefaultVerpDelimiters);
    public readonly string VerpDelimiterFilter = c.Get(PickupParams.VerpDelimiterFilter);
    public readonly MatchList EventLimitExceptions = shared?.EventLimitExceptions ?? Hosts(c, SmtpdParams.SmtpdClientEventLimitExceptions);
    public readonly HashSet<IPAddress> OwnAddresses = shared?.OwnAddresses ?? [.. Common.Config.OwnAddresses.Of(c).Select(i => i.Address)];
    public readonly LocalRewriteClients LocalRewriteClients = shared?.LocalRewriteClients
        ?? new(c.Get(SmtpdParams.LocalHeaderRewriteClients));
    public readonly string UpstreamProxyProtocol = c.Get(SmtpdParams.SmtpdUpstreamProxyProtocol);
    public readonly TimeSpan UpstreamProxyTimeout = c.Get(SmtpdParams.SmtpdUpstreamProxyTimeout);

    /// <summary>Access rules, parsed.</summary>
    public readonly AccessRules Access = shared?.Access ?? new AccessRules(c);

    /// <summary>Expands names in a text, asking <paramref name="extra"/> first.</summary>
    public string Expand(string text, Func<string, string?> extra) => c.Expand(text, extra);

    private static BareNewlinePolicy Policy(string value) => value.ToLowerInvariant() switch
    {
        "reject" => BareNewlinePolicy.Reject,
        "note" => BareNewlinePolicy.Note,
        "no" => BareNewlinePolicy.No,
        _ => BareNewlinePolicy.Normalize,
    };

    private static MatchList Hosts(MailConfig c, TextParam param) =>
        new(c.Get(param), MatchStyle.Hosts, MatchList.ParentsMatch(c, param.Name));

    /// <summary>Everything that <c>check</c> has to say about these parameters: unknown words, words not there yet, bad tables.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (string problem in Access.Problems.Concat(LocalRewriteClients.Problems).Concat(Tls.Problems)
            .Concat(RelayClientCertificates.OpenErrors).Concat(Auth.Problems())
            .Concat(RejectFilterMaps.OpenErrors).Concat(RejectFooterMaps.OpenErrors)
            .Concat(Milters.Problems.Select(p => p.ToString()))) yield return problem;
        foreach (MatchList list in new[] { MyNetworks, XclientHosts, XforwardHosts, VerpClients, EventLimitExceptions,
            BareNewlineExclusions, FlushDomains, DebugPeers })
            foreach (string problem in list.Problems) yield return problem;
        if (Filter?.OpenError is { } error) yield return $"{SmtpdParams.SmtpdCommandFilter}: {error}";
        foreach (string problem in NoopCommands.OpenErrors) yield return $"{SmtpdParams.SmtpdNoopCommands}: {problem}";
        foreach (string problem in ForbiddenCommands.OpenErrors) yield return $"{SmtpdParams.SmtpdForbiddenCommands}: {problem}";
        foreach (string problem in DiscardEhloMaps.OpenErrors) yield return $"{SmtpdParams.SmtpdDiscardEhloKeywordAddressMaps}: {problem}";
        if (UpstreamProxyProtocol is not ("" or "haproxy"))
            yield return $"smtpd_upstream_proxy_protocol: unknown protocol {UpstreamProxyProtocol}";
    }
}

/// <summary>The settings for normal times and those under stress (<c>stress=yes</c>), chosen by load.</summary>
internal sealed class SettingsPair(SmtpdSettings normal, SmtpdSettings stressed)
{
    /// <summary>Most of the sessions that may be are there.</summary>
    public bool Stress { get; set; }

    public SmtpdSettings Now => Stress ? stressed : normal;

    public SmtpdSettings Normal => normal;
}

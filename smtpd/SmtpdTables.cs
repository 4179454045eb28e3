using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Auth;

namespace MtaSuite.Smtpd;

/// <summary>
/// The lists and tables of one service, and what is made of them. They are opened once, while the process may open everything, and are the
/// same whatever the load.
/// </summary>
internal sealed class SmtpdTables(MailConfig c)
{
    /// <summary>Restrictions, parsed.</summary>
    public readonly AccessRules Access = new(c);
    /// <summary>Logging in.</summary>
    public readonly AuthSettings Auth = new(c);
    /// <summary>Milters and what they are told.</summary>
    public readonly MilterSettings Milters = new(c);
    public readonly TlsServerSettings Tls = new(c);
    public readonly Maps RelayClientCertificates = Maps.Open(c.Get(TlsParams.RelayClientcerts));

    // clients
    public readonly MatchList MyNetworks = Hosts(c, CommonParams.Mynetworks);
    public readonly MatchList XclientHosts = Hosts(c, SmtpdParams.SmtpdAuthorizedXclientHosts);
    public readonly MatchList XforwardHosts = Hosts(c, SmtpdParams.SmtpdAuthorizedXforwardHosts);
    public readonly MatchList VerpClients = Hosts(c, SmtpdParams.SmtpdAuthorizedVerpClients);
    public readonly MatchList EventLimitExceptions = Hosts(c, SmtpdParams.SmtpdClientEventLimitExceptions);
    public readonly MatchList BareNewlineExclusions = Hosts(c, SmtpdParams.SmtpdForbidBareNewlineExclusions);
    public readonly MatchList DebugPeers = Hosts(c, LogParams.DebugPeerList);
    public readonly HashSet<IPAddress> OwnAddresses = [.. Common.Config.OwnAddresses.Of(c).Select(i => i.Address)];
    public readonly LocalRewriteClients LocalRewriteClients = new(c.Get(SmtpdParams.LocalHeaderRewriteClients));

    // commands and replies
    public readonly CommandFilter? CommandFilter = CommandFilter.Open(c.Get(SmtpdParams.SmtpdCommandFilter));
    public readonly CommandList NoopCommands = CommandList.Parse(c.Get(SmtpdParams.SmtpdNoopCommands));
    public readonly CommandList ForbiddenCommands = CommandList.Parse(c.Get(SmtpdParams.SmtpdForbiddenCommands));
    public readonly Maps DiscardEhloMaps = Maps.Open(c.Get(SmtpdParams.SmtpdDiscardEhloKeywordAddressMaps));
    public readonly Maps RejectFilterMaps = Maps.Open(c.Get(SmtpdParams.SmtpdRejectFilterMaps));
    public readonly Maps RejectFooterMaps = Maps.Open(c.Get(SmtpdParams.SmtpdRejectFooterMaps));
    /// <summary>fast_flush_domains: whose mail ETRN may ask for.</summary>
    public readonly MatchList FlushDomains = new(c.Get(SmtpdParams.FastFlushDomains), MatchStyle.Domains,
        MatchList.ParentsMatch(c, SmtpdParams.FastFlushDomains.Name));

    private static MatchList Hosts(MailConfig c, TextParam param) =>
        new(c.Get(param), MatchStyle.Hosts, MatchList.ParentsMatch(c, param.Name));

    /// <summary>Everything that <c>check</c> has to say about them: unknown words, words not there yet, bad tables.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (string problem in Access.Problems.Concat(LocalRewriteClients.Problems).Concat(Tls.Problems)
            .Concat(RelayClientCertificates.OpenErrors).Concat(Auth.Problems())
            .Concat(RejectFilterMaps.OpenErrors).Concat(RejectFooterMaps.OpenErrors)
            .Concat(Milters.Problems.Select(p => p.ToString()))) yield return problem;
        foreach (MatchList list in new[] { MyNetworks, XclientHosts, XforwardHosts, VerpClients, EventLimitExceptions,
            BareNewlineExclusions, FlushDomains, DebugPeers })
            foreach (string problem in list.Problems) yield return problem;
        if (CommandFilter?.OpenError is { } error) yield return $"{SmtpdParams.SmtpdCommandFilter}: {error}";
        foreach (string problem in NoopCommands.OpenErrors) yield return $"{SmtpdParams.SmtpdNoopCommands}: {problem}";
        foreach (string problem in ForbiddenCommands.OpenErrors) yield return $"{SmtpdParams.SmtpdForbiddenCommands}: {problem}";
        foreach (string problem in DiscardEhloMaps.OpenErrors) yield return $"{SmtpdParams.SmtpdDiscardEhloKeywordAddressMaps}: {problem}";
    }
}

using MtaSuite.Common.Config;
using MtaSuite.Common.Routing;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>When sessions are kept for further messages.</summary>
public sealed record CacheSettings
{
    /// <summary>Keep sessions of destinations that have much mail right now.</summary>
    public bool OnDemand { get; init; }
    /// <summary>Destinations whose sessions are always kept.</summary>
    public MatchList? Destinations { get; init; }
    /// <summary>How long an idle session is kept.</summary>
    public TimeSpan IdleLimit { get; init; }
    /// <summary>Messages over one session; 0: no limit.</summary>
    public int CountLimit { get; init; }
    /// <summary>Age at which a session is not used again.</summary>
    public TimeSpan AgeLimit { get; init; }

    /// <summary>Sessions of this destination (host or domain without brackets and port) are always kept.</summary>
    public async ValueTask<bool> IsListedAsync(string host) =>
        Destinations != null && host.Length > 0 && await Destinations.MatchAsync(host) == MatchResult.Yes;

    internal CacheSettings(MailConfig config, bool lmtp, List<string> problems)
    {
        var param = lmtp ? L.LmtpConnectionCacheDestinations : S.SmtpConnectionCacheDestinations;
        MatchList? list = config.Get(param).Length == 0 ? null
            : new MatchList(config.Get(param), MatchStyle.Names, MatchList.ParentsMatch(config, param.Name));
        if (list != null) problems.AddRange(list.Problems.Select(p => $"{param.Name}: {p}"));
        OnDemand = config.Get(lmtp ? L.LmtpConnectionCacheOnDemand : S.SmtpConnectionCacheOnDemand);
        Destinations = list;
        IdleLimit = config.Get(lmtp ? L.LmtpConnectionCacheTimeLimit : S.SmtpConnectionCacheTimeLimit);
        CountLimit = config.Get(lmtp ? L.LmtpConnectionReuseCountLimit : S.SmtpConnectionReuseCountLimit);
        AgeLimit = config.Get(lmtp ? L.LmtpConnectionReuseTimeLimit : S.SmtpConnectionReuseTimeLimit);
    }
}

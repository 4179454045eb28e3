using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;

namespace MtaSuite.Qmgr;

/// <summary>The sites whose mail can be asked for by name (fast_flush_domains): ETRN, postqueue -s, sendmail -qR.</summary>
internal sealed class FlushSites
{
    private readonly MatchList _domains;

    public FlushSites(MailConfig config)
    {
        _domains = new MatchList(config.Get(SmtpdParams.FastFlushDomains), MatchStyle.Domains,
            MatchList.ParentsMatch(config, SmtpdParams.FastFlushDomains.Name));
        foreach (string problem in _domains.Problems) Log.Warning($"{SmtpdParams.FastFlushDomains.Name}: {problem}");
    }

    /// <summary>No site can be asked for.</summary>
    public bool IsEmpty => _domains.IsEmpty;

    /// <summary>Whether a site can be asked for.</summary>
    public ValueTask<MatchResult> MatchAsync(string site) =>
        _domains.MatchAsync(site);

    /// <summary>A site's name as it is compared.</summary>
    public static string Normalize(string site) => site.TrimEnd('.').ToLowerInvariant();

    /// <summary>The site of a recipient, if one may ask for it; else empty.</summary>
    public async ValueTask<string> SiteOfAsync(string recipient)
    {
        if (IsEmpty) return "";
        string site = Normalize(Address.Domain(recipient).ToString());
        return site.Length > 0 && await _domains.MatchAsync(site) == MatchResult.Yes ? site : "";
    }
}

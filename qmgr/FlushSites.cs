using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Qmgr;

/// <summary>The sites whose mail can be asked for by name (fast_flush_domains): ETRN, postqueue -s, sendmail -qR.</summary>
internal sealed class FlushSites
{
    private readonly MatchList _domains;
    private readonly SlowLookups _lookups;
    private readonly bool _mayBlock;

    public FlushSites(EventLoop loop, MailConfig config)
    {
        _lookups = new SlowLookups(loop, "sites");
        _domains = new MatchList(config.Get(SmtpdParams.FastFlushDomains), MatchStyle.Domains,
            MatchList.ParentsMatch(config, SmtpdParams.FastFlushDomains.Name));
        foreach (string problem in _domains.Problems) Log.Warning($"{SmtpdParams.FastFlushDomains.Name}: {problem}");
        _mayBlock = _domains.MayBlock;
    }

    /// <summary>No site can be asked for.</summary>
    public bool IsEmpty => _domains.IsEmpty;

    /// <summary>Whether a site can be asked for.</summary>
    public ValueTask<MatchResult> MatchAsync(string site) =>
        _lookups.AskAsync(_mayBlock, (_domains, site), static s => s._domains.Match(s.site));

    /// <summary>A site's name as it is compared.</summary>
    public static string Normalize(string site) => site.TrimEnd('.').ToLowerInvariant();

    /// <summary>The site of a recipient, if one may ask for it; else empty.</summary>
    public ValueTask<string> SiteOfAsync(string recipient) =>
        IsEmpty ? ValueTask.FromResult("")
        : _lookups.AskAsync(_mayBlock, (Sites: this, recipient), static s => s.Sites.SiteOf(s.recipient));

    /// <summary>As <see cref="SiteOfAsync"/>, on a thread that may wait.</summary>
    public string SiteOf(string recipient)
    {
        string site = Normalize(Address.Domain(recipient).ToString());
        return site.Length > 0 && _domains.Match(site) == MatchResult.Yes ? site : "";
    }
}

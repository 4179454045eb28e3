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
        _domains = new MatchList(config.Get(SmtpdParams.FastFlushDomains), MatchStyle.Domains, MatchList.ParentsMatch(config, SmtpdParams.FastFlushDomains.Name));
        foreach (string problem in _domains.Problems) Log.Warning($"{SmtpdParams.FastFlushDomains.Name}: {problem}");
    }

    /// <summary>No site can be asked for.</summary>
    public bool IsEmpty => _domains.IsEmpty;

    /// <summary>Whether a site can be asked for.</summary>
    public MatchResult Match(string site) => _domains.Match(site);

    /// <summary>A site's name as it is compared.</summary>
    public static string Normalize(string site) => site.TrimEnd('.').ToLowerInvariant();

    /// <summary>Adds the site of a recipient to a message's, if it is one.</summary>
    public void Collect(string recipient, ref HashSet<string>? sites)
    {
        if (_domains.IsEmpty) return;
        string site = Normalize(Address.Domain(recipient).ToString());
        if (site.Length == 0 || sites?.Contains(site) == true || _domains.Match(site) != MatchResult.Yes) return;
        (sites ??= new HashSet<string>(StringComparer.Ordinal)).Add(site);
    }
}

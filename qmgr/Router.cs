using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Qmgr;

/// <summary>Stand-in until common/Routing.</summary>
internal sealed class Router(MailConfig config) : IRouter
{
    private readonly HashSet<string> _local = new(MailConfig.SplitList(config.Get(RewriteParams.Mydestination)), StringComparer.OrdinalIgnoreCase);

    public RouteResult Route(string sender, string recipient)
    {
        string domain = recipient[(recipient.LastIndexOf('@') + 1)..];
        return new RouteResult(_local.Contains(domain) ? "local" : "smtp", domain, recipient, null);
    }
}

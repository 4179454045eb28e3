using MtaSuite.Common.Config;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Doctor.Filters;

/// <summary>The kinds of filters, and how each is spoken to.</summary>
internal enum FilterKind : byte
{
    /// <summary>The milter protocol.</summary>
    Milter,
    /// <summary>The protocol of policy delegation.</summary>
    PolicyServer,
    /// <summary>A transport of master.cf: SMTP, LMTP or a command.</summary>
    ContentFilter,
    /// <summary>SMTP.</summary>
    ProxyFilter,
    /// <summary>Our own service.</summary>
    Greylist,
}

/// <summary>A filter that the configuration names, perhaps in several places.</summary>
/// <param name="Name">As it is written, without its settings.</param>
/// <param name="Service">The first service of master.cf that has it.</param>
internal sealed record ConfiguredFilter(FilterKind Kind, string Name, CheckedService Service)
{
    /// <summary>Which parameters of which services name it: "smtpd_milters of smtp".</summary>
    public List<string> Places { get; } = [];

    /// <summary>The milter with its settings; null for other kinds.</summary>
    public MilterService? Milter { get; init; }

    /// <summary>The policy server with its settings; null for other kinds, and for one that makes no sense.</summary>
    public PolicyServerSettings? Policy { get; init; }

    /// <summary>What findings about it are about.</summary>
    public string Area => Kind switch
    {
        FilterKind.Milter => "milter",
        FilterKind.PolicyServer => "policy server",
        FilterKind.ContentFilter => "content_filter",
        FilterKind.ProxyFilter => "smtpd_proxy_filter",
        _ => "greylist",
    };
}
